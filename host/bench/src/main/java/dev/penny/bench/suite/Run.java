package dev.penny.bench.suite;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * What was measured of one benchmark, raw.
 *
 * @param name the benchmark
 * @param unitsPerRun times are divided by this
 * @param tasksPerRun tasks in one run
 * @param answer what every run returned
 * @param warmupMillis how long both sides were warmed up
 * @param serialNanos the serial repeat, once per round
 * @param loadBefore load average of the last minute before
 * @param loadAfter and after
 * @param sides times by side
 * @param counters events per run on Penny with the larger number of workers
 */
public record Run(
        @JsonProperty(value = "name", required = true) String name,
        @JsonProperty(value = "units_per_run", required = true) long unitsPerRun,
        @JsonProperty(value = "tasks_per_run", required = true) long tasksPerRun,
        @JsonProperty(value = "answer", required = true) long answer,
        @JsonProperty(value = "warmup_ms", required = true) long warmupMillis,
        @JsonProperty(value = "serial_ns", required = true) double[] serialNanos,
        @JsonProperty(value = "load_before", required = true) double loadBefore,
        @JsonProperty(value = "load_after", required = true) double loadAfter,
        @JsonProperty(value = "sides", required = true) List<Times> sides,
        @JsonProperty(value = "counters_per_run", required = true) Map<String, Double> counters) {

    /**
     * The times of one side, one per round, nanoseconds per unit.
     *
     * @param peer who
     * @param workers threads
     * @param nanos in the order of the rounds
     */
    public record Times(
            @JsonProperty(value = "peer", required = true) Peer peer,
            @JsonProperty(value = "workers", required = true) int workers,
            @JsonProperty(value = "ns", required = true) double[] nanos) { }

    /** How unsteady the machine was: {@link Statistics#spread} of the serial repeat. */
    public double serialSpread() {
        return Statistics.spread(serialNanos);
    }

    /** How often something happened, by the name of the counter. */
    public double perMillionTasks(String counter) {
        return counters.getOrDefault(counter, 0.0) * 1e6 / tasksPerRun;
    }

    /**
     * Penny against each peer with as many workers or none of its own, and against itself with one worker. The sequential peers are
     * compared with every number of workers.
     */
    public List<Comparison> comparisons() {
        return sides.stream().filter(side -> side.peer() == Peer.PENNY).flatMap(penny -> sides.stream()
                .filter(side -> comparable(penny, side))
                .map(side -> Comparison.of(name, penny.workers(), side.peer() == Peer.PENNY ? Peer.PENNY_ONE : side.peer(),
                        penny.nanos(), side.nanos()))).toList();
    }

    private static boolean comparable(Times penny, Times other) {
        return switch (other.peer()) {
            case PENNY -> penny.workers() > 1 && other.workers() == 1;
            case JAVA_SEQUENTIAL, WASM_SEQUENTIAL -> true;
            case PENNY_ONE, FORK_JOIN_POOL, FORK_JOIN_POOL_LOOP, VIRTUAL_THREADS, IN_ORDER, ENDIVE -> other.workers() == penny.workers();
        };
    }
}
