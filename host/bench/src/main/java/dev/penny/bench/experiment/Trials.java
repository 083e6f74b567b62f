package dev.penny.bench.experiment;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/** What most trials measure: wall time and processor time. */
final class Trials {

    /** The column of processor time of the whole process. */
    static final String CPU = "cpu_ns";

    private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private Trials() { }

    /** Times {@code work}; both times are divided by {@code units}. */
    static Map<String, Double> timed(long units, Runnable work) {
        long cpu = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        work.run();
        long nanos = System.nanoTime() - start;
        Map<String, Double> columns = new LinkedHashMap<>();
        columns.put(Point.Trial.NANOS, (double) nanos / units);
        columns.put(CPU, (double) (SYSTEM.getProcessCpuTime() - cpu) / units);
        return columns;
    }
}
