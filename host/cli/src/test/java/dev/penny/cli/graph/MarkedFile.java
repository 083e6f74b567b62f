package dev.penny.cli.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A graph file in which <code>«</code> and <code>»</code> enclose the places where mistakes are expected, in the order of the file. */
record MarkedFile(String text, List<Span> places) {

    static final String NAME = "graph.yaml";

    static MarkedFile of(String marked) {
        StringBuilder text = new StringBuilder();
        List<Span> places = new ArrayList<>();
        int line = 1;
        int column = 1;
        int start = 0;
        for (int i = 0; i < marked.length(); i++) {
            char c = marked.charAt(i);
            switch (c) {
                case '«' -> start = column;
                case '»' -> places.add(new Span(line, start, Math.max(1, column - start)));
                default -> {
                    text.append(c);
                    line += c == '\n' ? 1 : 0;
                    column = c == '\n' ? 1 : column + 1;
                }
            }
        }
        return new MarkedFile(text.toString(), places);
    }

    Plan plan() {
        return Planner.plan(NAME, text, Map.of(), new FakeSurroundings());
    }

    /** Asserts that exactly these mistakes are found, each at its place, shown with the line and a mark of the right length. */
    void assertMistakes(String... messages) {
        GraphFileException error = assertThrows(GraphFileException.class, this::plan);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < messages.length; i++) {
            Span at = i < places.size() ? places.get(i) : Span.START;
            String mark = " ".repeat(at.column() - 1) + "^" + "~".repeat(at.length() - 1);
            String shown = text.lines().skip(at.line() - 1L).findFirst()
                    .map(line -> "%n%5d | %s%n      | %s".formatted(at.line(), line.replace('\u0001', '\uFFFD'), mark)).orElse("");
            expected.add("%s:%d:%d: %s%s".formatted(NAME, at.line(), at.column(), messages[i], shown));
        }
        assertEquals(String.join("\n", expected), String.join("\n", error.mistakes()));
        assertEquals(Math.max(1, places.size()), messages.length, "places and messages");
    }
}
