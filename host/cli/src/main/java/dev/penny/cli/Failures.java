package dev.penny.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** The inputs that failed: all counted, the first ones kept for the list at the end. */
final class Failures {

    private static final int LISTED_MAX = 1000;

    private final List<String> listed = new ArrayList<>();
    private long count;

    void add(String name, String reason) {
        count++;
        if (listed.size() < LISTED_MAX) {
            listed.add(Text.message(name) + ": " + Text.message(reason));
        }
    }

    long count() {
        return count;
    }

    /** Lists them. */
    void print(PrintStream err, long inputs, String unit) {
        if (count == 0) {
            return;
        }
        listed.forEach(line -> err.println("penny: failed: " + line));
        if (count > listed.size()) {
            err.println("penny: ... and %d more, not listed (--json has them all)".formatted(count - listed.size()));
        }
        err.println("penny: %d of %d %s failed".formatted(count, inputs, unit));
    }
}
