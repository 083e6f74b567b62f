package dev.penny.bench.suite;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.Map;

/**
 * How many bytes the threads of this JVM have allocated on the Java heap until now: those of the program one by one, by their numbers, and
 * all together with those that compile and those of the virtual machine. A thread of the program that has ended no longer counts.
 */
record HeapBytes(Map<Long, Long> program, long all) {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static HeapBytes now() {
        long[] ids = THREADS.getAllThreadIds();
        ThreadInfo[] infos = THREADS.getThreadInfo(ids);
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        Map<Long, Long> program = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            if (infos[i] != null && bytes[i] >= 0 && !CompilerThreads.compiles(infos[i])) {
                program.put(ids[i], bytes[i]);
            }
        }
        return new HeapBytes(program, THREADS.getTotalThreadAllocatedBytes());
    }

    /** Of the threads that do not compile. */
    long ofProgramSince(HeapBytes before) {
        return program.entrySet().stream().mapToLong(now -> now.getValue() - before.program.getOrDefault(now.getKey(), 0L)).sum();
    }

    /** Of all others. */
    long ofOthersSince(HeapBytes before) {
        return all - before.all - ofProgramSince(before);
    }
}
