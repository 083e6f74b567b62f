package dev.penny.examples.orders;

import dev.penny.Penny;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Example;
import dev.penny.examples.runner.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A data transform: Java makes files of orders, JavaScript checks and groups their lines and combines the groups. The answer is the table
 * of sales per region and product.
 *
 * @param folder holds the module
 * @param parts files
 * @param lines orders in each
 */
public record Orders(Path folder, int parts, int lines) implements Example {

    private static final Pattern ORDER = Pattern.compile("[0-9]+,([a-z]+),([a-z]+),([0-9]{1,4}),([0-9]{1,7})");

    /** 32 files of 2,000 orders. */
    public Orders(Path folder) {
        this(folder, 32, 2_000);
    }

    @Override
    public String name() {
        return "orders";
    }

    @Override
    public String about() {
        return "groups %d orders into a table of sales: input by Java, map and reduce in JavaScript".formatted(parts * lines);
    }

    @Override
    public Program open(Penny penny) {
        TaskModule files = penny.register(OrderFiles.class);
        TaskModule orders = penny.load(folder.resolve("orders.js"));
        GraphBuilder graph = penny.graph(name());
        List<GraphTask> summaries = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            GraphTask text = graph.task("part " + part, files.function("part"), part, lines);
            summaries.add(graph.task("summarise " + part, orders.function("summarise"), text));
        }
        // Neighbours first, then neighbours of those: each task has two inputs and the last one is the whole.
        for (int i = 0; i + 1 < summaries.size(); i += 2) {
            summaries.add(graph.task("combine " + i / 2, orders.function("combine"), summaries.get(i), summaries.get(i + 1)));
        }
        GraphTask table = summaries.getLast();
        GraphTask report = graph.task("report", orders.function("report"), table);
        return new Program(graph.build(), run -> Answer.text(run.result(table, String.class), best(run.result(report, String.class))));
    }

    private static String best(String report) {
        return "the best region: " + report.lines().findFirst().orElse("none");
    }

    @Override
    public Answer inSequence() {
        Map<String, long[]> groups = new TreeMap<>();
        Map<String, Long> regions = new TreeMap<>();
        long rejected = 0;
        for (int part = 0; part < parts; part++) {
            for (String line : OrderFiles.part(part, lines).split("\n")) {
                Matcher order = ORDER.matcher(line);
                if (line.isEmpty()) {
                    continue;
                }
                if (!order.matches() || Integer.parseInt(order.group(3)) == 0) {
                    rejected++;
                    continue;
                }
                long quantity = Long.parseLong(order.group(3));
                long cents = quantity * Long.parseLong(order.group(4));
                long[] sums = groups.computeIfAbsent(order.group(1) + "," + order.group(2), key -> new long[3]);
                sums[0]++;
                sums[1] += quantity;
                sums[2] += cents;
                regions.merge(order.group(1), cents, Long::sum);
            }
        }
        StringBuilder table = new StringBuilder();
        groups.forEach((key, sums) -> table.append("%s,%d,%d,%d\n".formatted(key, sums[0], sums[1], sums[2])));
        table.append("rejected,").append(rejected).append('\n');
        Map.Entry<String, Long> best = regions.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        return Answer.text(table.toString(), "the best region: %s %d.%02d".formatted(best.getKey(), best.getValue() / 100, best.getValue() % 100));
    }
}
