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
}
