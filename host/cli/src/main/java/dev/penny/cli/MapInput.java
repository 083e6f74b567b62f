package dev.penny.cli;

/** One input of {@code penny map}. */
sealed interface MapInput {

    /** How it is called in the output: a file's name, a line, a number. */
    String name();

    /** An input with its argument. */
    record Ready(String name, Object argument) implements MapInput { }

    /** An input that has no argument: an unreadable file, a line that is not a number. */
    record Unusable(String name, String reason) implements MapInput { }
}
