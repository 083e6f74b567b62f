package dev.penny.examples.wordcount;

import dev.penny.Penny;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Example;
import dev.penny.examples.runner.Files;
import dev.penny.examples.runner.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the words of texts in JavaScript: one task per text, then a tree of tasks that merge two counts. The answer is every word with
 * its count.
 *
 * @param folder holds the module
 * @param texts what is counted, at least one
 */
public record WordCount(Path folder, List<Path> texts) implements Example {

    private static final int TOP = 5;

    /** Copies the list. */
    public WordCount {
        texts = List.copyOf(texts);
    }

    @Override
    public String name() {
        return "wordcount";
    }

    @Override
    public String about() {
        return "counts the words of %d texts by map and reduce in JavaScript".formatted(texts.size());
    }

    @Override
    public Program open(Penny penny) {
        TaskModule words = penny.load(folder.resolve("words.js"));
        GraphBuilder graph = penny.graph(name());
        List<GraphTask> counts = new ArrayList<>();
        for (Path text : texts) {
            counts.add(graph.task("count " + text.getFileName(), words.function("count"), Files.text(text)));
        }
        for (int round = 1; counts.size() > 1; round++) {
            List<GraphTask> merged = new ArrayList<>();
            for (int i = 0; i + 1 < counts.size(); i += 2) {
                merged.add(graph.task("merge %d,%d".formatted(round, i / 2), words.function("merge"), counts.get(i), counts.get(i + 1)));
            }
            if (counts.size() % 2 == 1) {
                merged.add(counts.getLast());
            }
            counts = merged;
        }
        GraphTask all = counts.getFirst();
        GraphTask top = graph.task("top", words.function("top"), all, TOP);
        return new Program(graph.build(), run -> Answer.text(run.result(all, String.class), summary(run.result(top, String.class))));
    }

    private static String summary(String top) {
        return "the most frequent: " + String.join(", ", top.lines().toList());
    }

    @Override
    public Answer inSequence() {
        Map<String, Integer> counts = new TreeMap<>();
        Pattern word = Pattern.compile("[\\p{L}\\p{N}]+");
        for (Path text : texts) {
            Matcher matcher = word.matcher(Files.text(text).toLowerCase(Locale.ROOT));
            while (matcher.find()) {
                counts.merge(matcher.group(), 1, Integer::sum);
            }
        }
        StringBuilder lines = new StringBuilder();
        counts.forEach((key, count) -> lines.append(key).append(' ').append(count).append('\n'));
        List<String> top = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(TOP).map(entry -> entry.getKey() + " " + entry.getValue()).toList();
        return Answer.text(lines.toString(), "the most frequent: " + String.join(", ", top));
    }
}
