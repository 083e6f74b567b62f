package dev.penny.bench;

import dev.penny.Penny;
import dev.penny.api.RuntimeReport;

/** Keeps interpreted runs from being published. */
final class Compiled {

    private Compiled() { }

    /** Fails unless the JIT is active in this JVM. */
    static void require() {
        RuntimeReport report = Penny.report();
        if (!report.ok()) {
            throw new IllegalStateException("no figures without the compiler: " + report.jit());
        }
    }
}
