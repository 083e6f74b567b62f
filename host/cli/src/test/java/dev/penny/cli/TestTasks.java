package dev.penny.cli;

import dev.penny.api.Task;
import java.util.concurrent.atomic.AtomicInteger;

/** Java task functions for tests. */
public final class TestTasks {

    private static final AtomicInteger CROWD = new AtomicInteger();

    private TestTasks() { }

    /** Adds. */
    @Task
    public static int add(int a, int b) {
        return a + b;
    }

    /** Takes its time. */
    @Task
    public static int pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return millis;
    }

    /** Fails for odd numbers. */
    @Task
    public static int even(int number) {
        if (number % 2 != 0) {
            throw new IllegalArgumentException(number + " is odd");
        }
        return number;
    }

    /** How many calls of this are under way. */
    @Task
    public static int crowd(int millis) {
        int here = CROWD.incrementAndGet();
        pause(millis);
        CROWD.decrementAndGet();
        return here;
    }

    /** The same time for every number. */
    @Task
    public static int nap(int number) {
        pause(20);
        return number;
    }
}
