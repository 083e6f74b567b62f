package dev.penny.bench.experiment;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SequencedSet;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Collectors;

/**
 * What one experiment measured. As text: facts in lines that begin with {@code #}, then CSV; the columns before {@code variant} are
 * parameters, those behind {@code round} are measured. No text in it has a comma, so nothing is quoted.
 *
 * @param facts when, where and how it was measured
 * @param lines one per variant and round
 */
record Data(Map<String, String> facts, List<Line> lines) {

    private static final String VARIANT = "variant";
    private static final String ROUND = "round";
    /** More digits are noise. */
    private static final MathContext DIGITS = new MathContext(5);

    /**
     * One run.
     *
     * @param parameters by name
     * @param variant what ran
     * @param round the runs of all variants with the same parameters and round form a pair; from 1
     * @param values what was measured, by column
     */
    record Line(Map<String, String> parameters, String variant, int round, Map<String, Double> values) { }

    /** The lines whose parameter has this value. */
    Data where(String parameter, String value) {
        return new Data(facts, lines.stream().filter(line -> value.equals(line.parameters().get(parameter))).toList());
    }

    /** The values of a parameter, in the order of the data. */
    List<String> parameter(String name) {
        return lines.stream().map(line -> line.parameters().getOrDefault(name, "")).filter(value -> !value.isEmpty()).distinct().toList();
    }

    /** The variants, in the order of the data. */
    List<String> variants() {
        return lines.stream().map(Line::variant).distinct().toList();
    }

    /** True if a variant has such values. */
    boolean has(String variant, String column) {
        return lines.stream().anyMatch(line -> line.variant().equals(variant) && line.values().containsKey(column));
    }

    /** What was measured of a variant, one value per round. */
    double[] values(String variant, String column) {
        return lines.stream().filter(line -> line.variant().equals(variant) && line.values().containsKey(column))
                .mapToDouble(line -> line.values().get(column)).toArray();
    }

    /** The middle of what was measured of a variant. @throws IllegalArgumentException nothing was */
    Quartiles of(String variant, String column) {
        double[] values = values(variant, column);
        if (values.length == 0) {
            throw new IllegalArgumentException("not measured: variant=%s, column=%s, variants=%s".formatted(variant, column, variants()));
        }
        return Quartiles.of(values);
    }

    /**
     * The middle of the ratios of two variants, each of one round with the same parameters.
     *
     * @throws IllegalArgumentException there is no such pair, or a value to divide by is not above 0
     */
    Quartiles ratio(String variant, String other, String column) {
        return pairs(variant, other, column, (line, pair) -> quotient(line, pair, column));
    }

    /**
     * The middle of what {@code value} makes of two lines of one round with the same parameters, that both have the column.
     *
     * @throws IllegalArgumentException there is no such pair
     */
    Quartiles pairs(String variant, String other, String column, ToDoubleBiFunction<Line, Line> value) {
        List<Double> found = new ArrayList<>();
        for (Line line : lines) {
            if (line.variant().equals(variant) && line.values().containsKey(column)) {
                lines.stream().filter(pair -> pair.variant().equals(other) && pair.round() == line.round()
                                && pair.parameters().equals(line.parameters()) && pair.values().containsKey(column))
                        .findFirst().ifPresent(pair -> found.add(value.applyAsDouble(line, pair)));
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no pairs: variant=%s, other=%s, column=%s".formatted(variant, other, column));
        }
        return Quartiles.of(found.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static double quotient(Line line, Line pair, String column) {
        double divisor = pair.values().get(column);
        if (!(divisor > 0)) {
            throw new IllegalArgumentException("not above 0: variant=%s, column=%s, round=%d, value=%s"
                    .formatted(pair.variant(), column, pair.round(), divisor));
        }
        return line.values().get(column) / divisor;
    }

    /** As text. @throws IllegalArgumentException a text in it has a comma or a line end */
    String toCsv() {
        StringBuilder text = new StringBuilder();
        facts.forEach((key, value) -> text.append("# ").append(plain(key)).append(": ").append(value.replace('\n', ' ')).append('\n'));
        Set<String> parameters = columns(lines.stream().map(Line::parameters).toList());
        Set<String> values = columns(lines.stream().map(Line::values).toList());
        List<String> header = new ArrayList<>(parameters);
        header.addAll(List.of(VARIANT, ROUND));
        header.addAll(values);
        text.append(String.join(",", header)).append('\n');
        for (Line line : lines) {
            List<String> cells = new ArrayList<>();
            parameters.forEach(name -> cells.add(plain(line.parameters().getOrDefault(name, ""))));
            cells.addAll(List.of(plain(line.variant()), String.valueOf(line.round())));
            values.forEach(name -> cells.add(line.values().containsKey(name) ? digits(line.values().get(name)) : ""));
            text.append(String.join(",", cells)).append('\n');
        }
        return text.toString();
    }

    private static SequencedSet<String> columns(List<? extends Map<String, ?>> maps) {
        return maps.stream().flatMap(map -> map.keySet().stream()).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String digits(double value) {
        return new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }

    private static String plain(String text) {
        if (text.indexOf(',') >= 0 || text.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("commas and line ends are not quoted: text=" + text);
        }
        return text;
    }

    /** The reverse of {@link #toCsv}. @throws IllegalArgumentException it is something else; the message says where */
    static Data parse(String csv) {
        Map<String, String> facts = new LinkedHashMap<>();
        List<Line> lines = new ArrayList<>();
        List<String> header = List.of();
        int number = 0;
        for (String text : csv.lines().toList()) {
            number++;
            if (text.startsWith("# ") && text.contains(": ")) {
                int colon = text.indexOf(": ");
                facts.put(text.substring(2, colon), text.substring(colon + 2));
            } else if (header.isEmpty()) {
                header = List.of(text.split(",", -1));
                if (header.indexOf(VARIANT) < 0 || header.indexOf(ROUND) != header.indexOf(VARIANT) + 1) {
                    throw new IllegalArgumentException("not the columns of an experiment: line=%d, text=%s".formatted(number, text));
                }
            } else {
                lines.add(line(header, text, number));
            }
        }
        return new Data(facts, List.copyOf(lines));
    }

    private static Line line(List<String> header, String text, int number) {
        String[] cells = text.split(",", -1);
        if (cells.length != header.size()) {
            throw new IllegalArgumentException("not as many cells as columns: line=%d, cells=%d, columns=%d"
                    .formatted(number, cells.length, header.size()));
        }
        int variant = header.indexOf(VARIANT);
        Map<String, String> parameters = new LinkedHashMap<>();
        Map<String, Double> values = new LinkedHashMap<>();
        try {
            for (int i = 0; i < cells.length; i++) {
                if (!cells[i].isEmpty() && i < variant) {
                    parameters.put(header.get(i), cells[i]);
                } else if (!cells[i].isEmpty() && i > variant + 1) {
                    values.put(header.get(i), Double.valueOf(cells[i]));
                }
            }
            return new Line(parameters, cells[variant], Integer.parseInt(cells[variant + 1]), values);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: line=%d, text=%s".formatted(number, text), e);
        }
    }
}
