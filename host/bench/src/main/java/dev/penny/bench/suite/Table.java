package dev.penny.bench.suite;

import java.io.PrintStream;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a person reads while the suite runs. */
final class Table {

    private Table() { }

    static void print(PrintStream out, Run run) {
        for (Comparison line : run.comparisons()) {
            out.printf(Locale.ROOT, "%-15s %d worker%s vs %-19s %6.2f (%.2f..%.2f)  %s against %s, %d pairs%n", line.name(), line.workers(),
                    line.workers() == 1 ? " " : "s", line.peer().text(), line.ratio(), line.ratioQ1(), line.ratioQ3(),
                    time(line.pennyNanos()), time(line.peerNanos()), line.pairs());
        }
        String counters = run.counters().keySet().stream().filter(name -> run.counters().get(name) > 0)
                .map(name -> String.format(Locale.ROOT, "%s %.3g", name, run.perMillionTasks(name))).collect(Collectors.joining(", "));
        out.printf(Locale.ROOT, "%-15s load %.1f to %.1f, serial repeat spread %.0f %%; per million tasks: %s%n", run.name(),
                run.loadBefore(), run.loadAfter(), 100 * run.serialSpread(), counters.isEmpty() ? "-" : counters);
    }

    /** With a unit that leaves one to three digits before the point. */
    static String time(double nanos) {
        if (nanos < 1e3) {
            return String.format(Locale.ROOT, "%.3g ns", nanos);
        }
        if (nanos < 1e6) {
            return String.format(Locale.ROOT, "%.3g us", nanos / 1e3);
        }
        return nanos < 1e9 ? String.format(Locale.ROOT, "%.3g ms", nanos / 1e6) : String.format(Locale.ROOT, "%.3g s", nanos / 1e9);
    }
}
