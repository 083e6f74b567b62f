package dev.penny.cli.graph;

import java.util.List;
import java.util.Optional;

/** A piece of a YAML document with its place. */
sealed interface Yaml {

    /** Where it begins, for as far as its first line goes. */
    Span span();

    /** What it is, for messages. */
    String kind();

    /**
     * One value.
     *
     * @param text without quotes and escapes
     * @param plain written without quotes
     * @param shift columns from the start of the span to the first character of the text; empty if the text is not in the file as it is
     */
    record Scalar(String text, boolean plain, Span span, Optional<Integer> shift) implements Yaml {

        /** True for a value that is not there: nothing, {@code ~} or {@code null}. */
        boolean isNull() {
            return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
        }

        /** The place of the characters from..to of the text, or of all of it where that cannot be told. */
        Span part(int from, int to) {
            return shift.map(start -> new Span(span.line(), span.column() + start + text.codePointCount(0, from),
                    Math.max(1, text.codePointCount(from, to)))).orElse(span);
        }

        @Override
        public String kind() {
            return isNull() ? "nothing" : "a value";
        }
    }

    /** A list. */
    record Sequence(List<Yaml> items, Span span) implements Yaml {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /** A mapping, its keys in the order of the file, each once. */
    record Mapping(List<Entry> entries, Span span) implements Yaml {
        @Override
        public String kind() {
            return "a mapping";
        }

        Optional<Entry> entry(String key) {
            return entries.stream().filter(entry -> entry.key().text().equals(key)).findFirst();
        }
    }

    /** A key and its value. */
    record Entry(Scalar key, Yaml value) { }
}
