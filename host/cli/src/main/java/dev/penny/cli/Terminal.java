package dev.penny.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where a command runs: its directory and its three streams.
 *
 * @param directory relative names start here
 * @param in standard input
 * @param out standard output, unbuffered
 * @param err standard error
 * @param display what of this is shown to a person
 */
record Terminal(Path directory, InputStream in, OutputStream out, PrintStream err, Display display) {

    /**
     * Which streams end at a terminal.
     *
     * @param outShown standard output does
     * @param errShown standard error does
     * @param columns width for the progress bar
     */
    record Display(boolean outShown, boolean errShown, int columns) {

        private static final int COLUMNS_DEFAULT = 80;

        static final Display NONE = new Display(false, false, COLUMNS_DEFAULT);

        /** As the launcher found it; Java by itself cannot ask about standard error. */
        static Display ofProcess() {
            String shown = System.getProperty("penny.terminal", "");
            int columns = Integer.getInteger("penny.columns", COLUMNS_DEFAULT);
            return new Display(shown.contains("out"), shown.contains("err"), columns > 0 ? columns : COLUMNS_DEFAULT);
        }
    }

    /** The terminal of this process. */
    static Terminal ofProcess() {
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        return new Terminal(Path.of("").toAbsolutePath(), System.in, new FileOutputStream(FileDescriptor.out), err, Display.ofProcess());
    }

    /** A name the user gave, seen from here. */
    Path resolve(String name) {
        return directory.resolve(name);
    }
}
