package dev.penny.cli;

import dev.penny.api.Task;

/** Java task functions for tests. */
public final class TestTasks {

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

    /** The same time for every number. */
    @Task
    public static int nap(int number) {
        pause(20);
        return number;
    }
}
