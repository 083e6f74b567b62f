package dev.penny.cli.graph;

import dev.penny.internal.guest.NearNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** Collects what is wrong in a graph file, one mistake per place, so that all can be shown at once. */
final class Mistakes {

    /** Nobody reads more, and looking for near names for each takes time. */
    static final int SHOWN_MAX = 1_000;
    private static final int KNOWN_SHOWN_MAX = 12;
    private static final int WIDTH_MAX = 110;
    private static final int MARK_MAX = 60;

    private final String file;
    private final List<String> lines;
    private final TreeMap<Span, String> found = new TreeMap<>();

    Mistakes(String file, String text) {
        this.file = file;
        this.lines = text.lines().toList();
    }

    /**
     * Adds a mistake, unless there is one at this place already: the first is the cause of the others.
     *
     * @throws GraphFileException there are too many of them
     */
    void add(Span at, String message) {
        if (found.size() >= SHOWN_MAX && !found.containsKey(at)) {
            throw exception(true);
        }
        found.putIfAbsent(at, message);
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** @throws GraphFileException if there are any */
    void check() {
        if (!found.isEmpty()) {
            throw exception(false);
        }
    }

    private GraphFileException exception(boolean more) {
        List<String> texts = new ArrayList<>();
        found.forEach((at, message) -> texts.add(text(at, message)));
        return new GraphFileException(texts, more);
    }

    /** Runs a step that may be refused; what is refused becomes a mistake here. */
    void refusals(Span at, Runnable step) {
        try {
            step.run();
        } catch (Refusal e) {
            add(at, e.getMessage());
        } catch (MistakeException e) {
            add(e.at(), e.getMessage());
        }
    }

    /** {@code , did you mean=...} or {@code , known=...}, for the end of a message. */
    static String near(String wanted, Collection<String> known) {
        List<String> near = NearNames.of(wanted, known);
        if (!near.isEmpty()) {
            return ", did you mean=" + String.join(" or ", near);
        }
        if (known.isEmpty()) {
            return ", known=none";
        }
        String some = String.join(" ", known.stream().limit(KNOWN_SHOWN_MAX).toList());
        return ", known=" + some + (known.size() > KNOWN_SHOWN_MAX ? " ..." : "");
    }

    /** Text from the file must not drive the user's terminal. */
    private static String plain(String message) {
        StringBuilder text = new StringBuilder();
        message.chars().forEach(c -> text.append(Character.isISOControl(c) ? "\\u%04x".formatted(c) : Character.toString(c)));
        return text.toString();
    }

    private String text(Span at, String message) {
        String place = "%s:%d:%d: %s".formatted(file, at.line(), at.column(), plain(message));
        if (at.line() > lines.size()) {
            return place;
        }
        int[] line = lines.get(at.line() - 1).codePoints().map(c -> c == '\t' ? ' ' : Character.isISOControl(c) ? 0xFFFD : c).toArray();
        int column = Math.min(at.column() - 1, line.length);
        // A JSON file may be one line: only what is around the place.
        int from = line.length <= WIDTH_MAX || column < WIDTH_MAX - MARK_MAX ? 0 : column - (WIDTH_MAX - MARK_MAX);
        int to = Math.min(line.length, from + WIDTH_MAX);
        String before = from > 0 ? "..." : "";
        String shown = before + new String(line, from, to - from) + (to < line.length ? "..." : "");
        int marks = Math.max(1, Math.min(at.length(), Math.min(MARK_MAX, to - column)));
        String number = "%5d".formatted(at.line());
        return "%s%n%s | %s%n%s | %s%s".formatted(place, number, shown, " ".repeat(number.length()),
                " ".repeat(before.length() + column - from), "^" + "~".repeat(marks - 1));
    }
}
