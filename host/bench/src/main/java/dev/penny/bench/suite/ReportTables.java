package dev.penny.bench.suite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tables of the documentation, as Markdown. */
final class ReportTables {

    private ReportTables() { }

    /** By the name of the mark. */
    static Map<String, String> of(Results.Raw raw) {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("machine", machine(raw));
        tables.put("targets", targets(raw));
        tables.put("peers", peers(raw));
        tables.put("own", own(raw));
        tables.put("counters", counters(raw));
        tables.put("memory", memory(raw));
        return tables;
    }

    private static String machine(Results.Raw raw) {
        Map<String, String> machine = raw.machine();
        double spread = raw.runs().stream().mapToDouble(Run::serialSpread).max().orElse(0);
        double load = raw.runs().stream().mapToDouble(Run::loadBefore).max().orElse(0);
        return String.format(Locale.ROOT, "Measured %s, mode %s, commit %s: %s processors (%s), %s of memory, %s, %s, GraalVM %s. "
                + "Load average before a benchmark at most %.1f; the serial repeat spread at most %.0f %%.%n%s",
                day(raw.date()), raw.mode(), machine.get("commit"), machine.get("processors"), machine.get("processor"), machine.get("memory"),
                machine.get("os"), machine.get("jdk"), machine.get("graalvm"), load, 100 * spread, older(raw));
    }

    /** What an update has kept of other days, commits or processors, a paragraph for each of them. */
    private static String older(Results.Raw raw) {
        Map<Results.Origin, List<String>> names = new LinkedHashMap<>();
        raw.older().forEach((name, origin) -> names.computeIfAbsent(ofDay(origin), _ -> new ArrayList<>()).add("`" + name + "`"));
        names.remove(ofDay(raw.origin()));
        StringBuilder text = new StringBuilder();
        names.forEach((origin, kept) -> text.append(String.format(Locale.ROOT, "%nOlder, of %s, commit %s, on %s: %s.%n", origin.date(),
                origin.commit(), origin.processor(), String.join(", ", kept))));
        return text.toString();
    }

    private static Results.Origin ofDay(Results.Origin origin) {
        return new Results.Origin(day(origin.date()), origin.commit(), origin.processor());
    }

    private static String day(String date) {
        return date.substring(0, 10);
    }

    /** One line of the table of targets. */
    private record Target(String what, String name, int workers, Peer peer, double most) { }

    private static String targets(Results.Raw raw) {
        int workers = raw.workers();
        List<Target> targets = new ArrayList<>(List.of(
                new Target("fib(35), one worker, against `ForkJoinPool(1)`", "fib", 1, Peer.FORK_JOIN_POOL, 0.25),
                new Target("fib(35), two workers, against `ForkJoinPool(2)`", "fib", workers, Peer.FORK_JOIN_POOL, 0.5),
                new Target("fib(35), one worker, against the same wasm without forks", "fib", 1, Peer.WASM_SEQUENTIAL, 1.8),
                new Target("tree of 1,023 nodes, two workers against one", "tree-sum-1023", workers, Peer.PENNY_ONE, 1.05)));
        for (String name : List.of("nqueens", "uts-t1", "uts-t3", "matmul-1024", "mandelbrot")) {
            targets.add(new Target(name + ", two workers against one", name, workers, Peer.PENNY_ONE, 1 / 1.8));
        }
        targets.add(new Target("skynet of a million, two workers, against `ForkJoinPool(2)`", "skynet-1m", workers,
                Peer.FORK_JOIN_POOL, 0.7));
        targets.add(new Target("10 M empty tasks, two workers, against `ForkJoinPool(2)`", "bulk-10m", workers, Peer.FORK_JOIN_POOL, 0.5));
        targets.add(new Target("submit and get, two workers, against `ForkJoinPool(2)`", "submit", workers, Peer.FORK_JOIN_POOL, 1));
        targets.add(new Target("releasing a task of a chain of 100,000, one worker, against `CountedCompleter`", "graph-chain", 1,
                Peer.FORK_JOIN_POOL, 0.5));
        targets.add(new Target("releasing a task of a chain of 100,000, two workers, against `CountedCompleter`", "graph-chain", workers,
                Peer.FORK_JOIN_POOL, 0.5));
        targets.add(new Target("releasing a task of a wavefront of 512 x 512, one worker, against `CountedCompleter`", "graph-wavefront", 1,
                Peer.FORK_JOIN_POOL, 0.5));
        targets.add(new Target("releasing a task of a wavefront of 512 x 512, two workers, against `CountedCompleter`", "graph-wavefront",
                workers, Peer.FORK_JOIN_POOL, 0.5));
        targets.add(new Target("image pipeline, two workers against one", "image-pipeline", workers, Peer.PENNY_ONE, 1 / 1.7));
        targets.add(new Target("calls out of order with renaming, half in conflict, two workers, against in order", "out-of-order", workers,
                Peer.IN_ORDER, 1 / 1.5));
        StringBuilder table = new StringBuilder("| what | measured | quartiles | at most | |\n|---|---|---|---|---|\n");
        for (Target target : targets) {
            find(raw, target.name(), target.workers(), target.peer()).ifPresent(found -> table.append("| %s | %s | %s to %s | %s | %s |%n"
                    .formatted(target.what(), Report.ratio(found.ratio()), Report.ratio(found.ratioQ1()), Report.ratio(found.ratioQ3()),
                            Report.ratio(target.most()), found.ratio() <= target.most() ? "met" : "**missed**")));
        }
        raw.figure(GraphFigures.RERUN).ifPresent(found -> row(table, "bytes of heap per run of a static graph of 10,000 tasks",
                found.value(), 1_000));
        raw.figure(GraphFigures.METG_STENCIL).ifPresent(found -> row(table, "smallest task with 50 % efficiency, stencil, ns",
                found.value(), 1_000));
        raw.figure(GraphFigures.METG_TREE).ifPresent(found -> row(table, "smallest task with 50 % efficiency, tree, ns", found.value(),
                1_000));
        if (raw.memory() != null) {
            row(table, "skynet of a million, peak memory against `ForkJoinPool`",
                    (double) raw.memory().pennyPeak() / raw.memory().poolPeak(), 1);
        }
        if (raw.idle() != null) {
            row(table, "idle pool, per cent of a processor over 10 s", raw.idle().processPercent(), 1);
        }
        return table.toString();
    }

    private static void row(StringBuilder table, String what, double value, double most) {
        table.append("| %s | %s | | %s | %s |%n"
                .formatted(what, Report.ratio(value), Report.ratio(most), value <= most ? "met" : "**missed**"));
    }

    private static Optional<Comparison> find(Results.Raw raw, String name, int workers, Peer peer) {
        return raw.comparisons().stream()
                .filter(line -> line.name().equals(name) && line.workers() == workers && line.peer() == peer).findFirst();
    }

    /** Penny with most workers against every peer. */
    private static String peers(Results.Raw raw) {
        List<Peer> peers = List.of(Peer.FORK_JOIN_POOL, Peer.FORK_JOIN_POOL_LOOP, Peer.JAVA_SEQUENTIAL, Peer.WASM_SEQUENTIAL,
                Peer.VIRTUAL_THREADS, Peer.IN_ORDER, Peer.ENDIVE);
        StringBuilder table = new StringBuilder("| benchmark | unit | workers | Penny |");
        peers.forEach(peer -> table.append(' ').append(peer.text()).append(" |"));
        table.append("\n|---|---|---|---|").append("---|".repeat(peers.size())).append('\n');
        for (Run run : raw.runs()) {
            int workers = run.sides().stream().filter(side -> side.peer() == Peer.PENNY).mapToInt(Run.Times::workers).max().orElse(0);
            Function<Peer, String> cell = peer -> find(raw, run.name(), workers, peer)
                    .map(found -> "%s (%s to %s)"
                            .formatted(Report.ratio(found.ratio()), Report.ratio(found.ratioQ1()), Report.ratio(found.ratioQ3())))
                    .orElse("");
            String penny = run.comparisons().stream().filter(line -> line.workers() == workers).findFirst()
                    .map(line -> Table.time(line.pennyNanos())).orElse("");
            table.append("| %s | %s | %d | %s | %s |%n".formatted(run.name(), Catalog.entry(run.name()).unit(), workers, penny,
                    peers.stream().map(cell).collect(Collectors.joining(" | "))));
        }
        return table.toString();
    }

    /** What forking costs and what a second worker brings. */
    private static String own(Results.Raw raw) {
        StringBuilder table = new StringBuilder(
                "| benchmark | T1/Ts: one worker against the same wasm without forks | T1/T%d: speed-up |%n|---|---|---|%n"
                .formatted(raw.workers()));
        for (Run run : raw.runs()) {
            Optional<Comparison> overhead = find(raw, run.name(), 1, Peer.WASM_SEQUENTIAL);
            Optional<Comparison> speedUp = find(raw, run.name(), raw.workers(), Peer.PENNY_ONE);
            if (overhead.isPresent() || speedUp.isPresent()) {
                table.append("| %s | %s | %s |%n".formatted(run.name(), overhead.map(line -> Report.ratio(line.ratio())).orElse(""),
                        speedUp.map(line -> Report.ratio(1 / line.ratio())).orElse("")));
            }
        }
        return table.toString();
    }

    /** Events per million tasks. */
    private static String counters(Results.Raw raw) {
        List<String> names = raw.runs().stream().flatMap(run -> run.counters().keySet().stream()).distinct().sorted().toList();
        StringBuilder table = new StringBuilder("| benchmark | tasks per run |");
        names.forEach(name -> table.append(' ').append(name).append(" |"));
        table.append("\n|---|---|").append("---|".repeat(names.size())).append('\n');
        for (Run run : raw.runs()) {
            if (!run.counters().isEmpty()) {
                table.append("| %s | %,d | %s |%n".formatted(run.name(), run.tasksPerRun(), names.stream()
                        .map(name -> String.format(Locale.ROOT, "%.3g", run.perMillionTasks(name))).collect(Collectors.joining(" | "))));
            }
        }
        return table.toString();
    }

    private static String memory(Results.Raw raw) {
        if (raw.memory() == null) {
            return "Not measured.\n";
        }
        Memory.Reading memory = raw.memory();
        return ("| | after 10 leaves | peak | added by the job |%n|---|---|---|---|%n"
                + "| Penny, JVM with GraalVM and its compiler | %d MiB | %d MiB | %d MiB |%n"
                + "| `ForkJoinPool`, plain JVM | %d MiB | %d MiB | %d MiB |%n").formatted(
                memory.pennyBase() / 1024, memory.pennyPeak() / 1024, (memory.pennyPeak() - memory.pennyBase()) / 1024,
                memory.poolBase() / 1024, memory.poolPeak() / 1024, (memory.poolPeak() - memory.poolBase()) / 1024);
    }
}
