package dev.penny.cli;

/** Exit codes of the command line; see docs/decisions/0043. */
final class ExitCode {

    static final int OK = 0;
    /** A task failed, an input could not be read, the output could not be written, or doctor found a fault. */
    static final int FAILED = 1;
    /** The command line or a module is wrong: nothing was run. */
    static final int USAGE = 2;
    /** This JVM cannot run Penny. scripts/penny uses it too when it finds no JDK. */
    static final int UNAVAILABLE = 69;
    /** A fault of Penny itself. */
    static final int INTERNAL = 70;
    /** By Ctrl-C; other signals of {@link Interrupts} have codes of their own. */
    static final int INTERRUPTED = 130;
    /** Whoever read the results went away. */
    static final int BROKEN_PIPE = 141;

    private ExitCode() { }
}
