package dev.penny.bench.experiment;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** What most trials measure: wall time and processor time. */
final class Trials {

    /** The column of processor time of all Java threads; without those of the compiler and the garbage collector. */
    static final String CPU = "cpu_ns";

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Trials() { }

    /** Times {@code work}; both times are divided by {@code units}. */
    static Map<String, Double> timed(long units, Runnable work) {
        long cpu = cpuNanos();
        long start = System.nanoTime();
        work.run();
        long nanos = System.nanoTime() - start;
        Map<String, Double> columns = new LinkedHashMap<>();
        columns.put(Point.Trial.NANOS, (double) nanos / units);
        columns.put(CPU, (double) Math.max(1, cpuNanos() - cpu) / units);
        return columns;
    }

    /** The time of the process counts in steps of 10 ms; that of threads is exact. */
    private static long cpuNanos() {
        return Arrays.stream(THREADS.getThreadCpuTime(THREADS.getAllThreadIds())).filter(nanos -> nanos > 0).sum();
    }
}
