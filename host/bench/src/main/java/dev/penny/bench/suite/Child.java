package dev.penny.bench.suite;

import dev.penny.Penny;
import dev.penny.api.RuntimeReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The process in which one benchmark is measured: {@code Child KIND WORKERS MODE OUTPUT}. A process of its own, because compiled code
 * depends on everything that ran before it in the same JVM. Progress goes to standard output, a line each.
 */
public final class Child {

    private Child() { }

    /** Measures, writes the output file. */
    public static void main(String[] arguments) throws Exception {
        String name = arguments[0];
        int workers = Integer.parseInt(arguments[1]);
        Mode mode = Mode.of(arguments[2]);
        Object result = measure(name, workers, mode);
        Files.writeString(Path.of(arguments[3]), Results.toJson(result));
    }

    private static Object measure(String name, int workers, Mode mode) throws IOException, InterruptedException {
        if (name.startsWith("memory:")) {
            return Memory.measure(Peer.of(name.substring(7)), workers, 1_000_000);
        }
        requireCompiler();
        if (name.equals(Catalog.IDLE)) {
            return Idle.measure(workers, Duration.ofSeconds(10));
        }
        if (Catalog.isFigure(name)) {
            return new GraphFigures(workers, false, mode.figure()).measure(name);
        }
        Catalog.Entry entry = Catalog.entry(name);
        Job job = entry.full().get();
        try (Setup setup = new Setup(workers)) {
            return new Runner(name, job, entry.small().get(), mode.plan(), setup, System.out::println).run();
        } catch (Runner.WrongAnswerException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("benchmark failed: name=%s, reason=%s".formatted(name, e), e);
        }
    }

    /** No figures without the compiler. */
    public static void requireCompiler() {
        RuntimeReport report = Penny.report();
        if (!report.ok()) {
            throw new IllegalStateException("no figures without the compiler: " + report.jit());
        }
    }

    /**
     * How thoroughly.
     *
     * @param quick to look at, not fit for publishing
     * @param budget of a quick run
     */
    record Mode(boolean quick, Duration budget) {

        static final Mode FULL = new Mode(false, Duration.ZERO);

        Plan plan() {
            return quick ? Plan.quick(budget) : Plan.FULL;
        }

        /** For the measurement of a {@link Figure}, whose warm-up takes as long. */
        Duration figure() {
            return quick ? budget.dividedBy(3) : Duration.ofSeconds(20);
        }

        /** A benchmark that takes longer hangs. */
        Duration limit() {
            return quick ? Duration.ofMinutes(4) : Duration.ofMinutes(20);
        }

        String name() {
            return quick ? "quick" : "full";
        }

        /** As an argument of a child. */
        String text() {
            return name() + ":" + budget.toMillis();
        }

        /** The reverse. */
        static Mode of(String text) {
            String[] parts = text.split(":");
            return new Mode(parts[0].equals("quick"), Duration.ofMillis(Long.parseLong(parts[1])));
        }
    }
}
