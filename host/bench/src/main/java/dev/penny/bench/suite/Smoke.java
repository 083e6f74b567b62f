package dev.penny.bench.suite;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** Runs benchmarks in small, all in this process: shows that they run and compute what they should, and measures nothing. */
final class Smoke {

    private static final Duration IDLE = Duration.ofMillis(100);
    private static final int LEAVES = 1_000;

    private Smoke() { }

    static void run(List<String> names, int workers, PrintStream out) throws Exception {
        Child.requireCompiler();
        try (Setup setup = new Setup(workers)) {
            for (String name : names) {
                switch (name) {
                    case Catalog.IDLE -> Idle.measure(workers, IDLE);
                    case Catalog.MEMORY -> {
                        Memory.measure(Peer.PENNY, workers, LEAVES);
                        Memory.measure(Peer.FORK_JOIN_POOL, workers, LEAVES);
                    }
                    case String figure when Catalog.isFigure(figure) -> new GraphFigures(workers, true, Duration.ZERO).measure(figure);
                    default -> {
                        Job job = Catalog.entry(name).small().get();
                        new Runner(name, job, job, Plan.SMOKE, setup, _ -> { }).run().comparisons();
                    }
                }
                out.println("ran " + name);
            }
        }
    }
}
