package dev.penny.bench.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Refreshes a document and draws its pictures from raw results. A table stands between {@code <!-- results NAME -->} and
 * {@code <!-- end -->}; what was there is replaced.
 */
public final class Report {

    private static final String BEGIN = "<!-- results ";
    private static final String END = "<!-- end -->";

    private Report() { }

    /** {@code Report RAW.json DOCUMENT.md PICTURES-FOLDER}. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            System.err.println("usage: Report RAW.json DOCUMENT.md FOLDER");
            System.exit(2);
        }
        try {
            refresh(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
        } catch (IllegalArgumentException e) {
            System.err.println("plot-benchmarks: " + e.getMessage());
            System.exit(2);
        }
    }

    private static void refresh(Path rawFile, Path document, Path pictures) throws IOException {
        if (!Files.isReadable(rawFile)) {
            throw new IllegalArgumentException("no such file: file=" + rawFile);
        }
        Results.Raw raw = Results.raw(Files.readString(rawFile));
        Map<String, String> tables = ReportTables.of(raw);
        String text = Files.readString(document);
        Files.writeString(document, replaced(text, tables));
        Files.createDirectories(pictures);
        for (Map.Entry<String, byte[]> picture : Charts.of(raw).entrySet()) {
            Files.write(pictures.resolve(picture.getKey()), picture.getValue());
            System.out.println(pictures.resolve(picture.getKey()));
        }
        System.out.println(document);
    }

    /**
     * The document with every table replaced.
     *
     * @throws IllegalArgumentException a table that is asked for is not there, one is missing in the document, or a mark is left open
     */
    public static String replaced(String document, Map<String, String> tables) {
        StringBuilder result = new StringBuilder();
        Map<String, String> unused = new TreeMap<>(tables);
        int at = 0;
        for (int begin = document.indexOf(BEGIN); begin >= 0; begin = document.indexOf(BEGIN, at)) {
            int closed = document.indexOf(" -->\n", begin);
            int end = document.indexOf(END, begin);
            if (closed < 0 || end < closed) {
                throw new IllegalArgumentException("a mark is left open: position=%d, expected=%s".formatted(begin, END));
            }
            String name = document.substring(begin + BEGIN.length(), closed);
            String table = unused.remove(name);
            if (table == null) {
                throw new IllegalArgumentException("no such table, or it is there twice: table=%s, tables=%s"
                        .formatted(name, String.join(" ", tables.keySet())));
            }
            result.append(document, at, closed + 5).append(table);
            at = end;
        }
        if (!unused.isEmpty()) {
            throw new IllegalArgumentException("the document lacks tables: tables=" + String.join(" ", unused.keySet()));
        }
        return result.append(document.substring(at)).toString();
    }

    /** With two or three digits that count. */
    static String ratio(double value) {
        return String.format(Locale.ROOT, value < 0.1 ? "%.3f" : value < 10 ? "%.2f" : "%.0f", value);
    }

}
