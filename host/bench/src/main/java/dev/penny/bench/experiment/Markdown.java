package dev.penny.bench.experiment;

import java.util.List;

/** A table of a page. */
final class Markdown {

    private final StringBuilder text = new StringBuilder();
    private final int columns;

    /** With these headings. */
    Markdown(List<String> headings) {
        columns = headings.size();
        row(headings);
        text.append("|---".repeat(columns)).append("|\n");
    }

    /** With these headings. */
    static Markdown table(String... headings) {
        return new Markdown(List.of(headings));
    }

    /** A line. @throws IllegalArgumentException not as many cells as headings */
    Markdown row(List<String> cells) {
        if (cells.size() != columns) {
            throw new IllegalArgumentException("not as many cells as headings: cells=%d, headings=%d".formatted(cells.size(), columns));
        }
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
        return this;
    }

    /** A line. */
    Markdown row(String... cells) {
        return row(List.of(cells));
    }

    /** As Markdown. */
    String text() {
        return text.toString();
    }
}
