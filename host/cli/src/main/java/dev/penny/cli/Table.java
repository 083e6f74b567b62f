package dev.penny.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows in aligned columns; numbers to the right. */
final class Table {

    private final List<List<String>> rows = new ArrayList<>();

    Table row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell instanceof Number number ? "%,d".formatted(number.longValue()) : String.valueOf(cell));
        }
        rows.add(row);
        return this;
    }

    /** The lines, each with its end. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                int width = width(column);
                String padding = " ".repeat(Math.max(0, width - cell.length()));
                line.append(column == 0 ? "" : "  ").append(isNumber(column) ? padding + cell : cell + padding);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream().filter(row -> column < row.size()).mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    private boolean isNumber(int column) {
        return rows.stream().skip(1).filter(row -> column < row.size())
                .allMatch(row -> row.get(column).matches("[0-9,]*|0x[0-9A-F]+"));
    }
}
