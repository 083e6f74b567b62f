package dev.penny.cli.graph;

import java.util.regex.Pattern;

/** What a variable stands for. */
sealed interface Value {

    /** As it is put into text. */
    String text();

    /** A whole number. */
    record Number(long number) implements Value {
        @Override
        public String text() {
            return Long.toString(number);
        }
    }

    /** Any text; a decimal number too, which is only passed on. */
    record Text(String text) implements Value {

        /** Only what is put into text again as it was written: 007 and +7 stay text. */
        private static final Pattern WHOLE = Pattern.compile("0|-?[1-9]\\d{0,17}");

        /** A number if it is written like one, else text. */
        static Value of(String written) {
            return WHOLE.matcher(written).matches() ? new Number(Long.parseLong(written)) : new Text(written);
        }
    }

    /** The name of a file as a glob found it. */
    record FileName(String text) implements Value {

        /** Without its folders. */
        String name() {
            return text.substring(text.lastIndexOf('/') + 1);
        }

        /** Without its folders and its last ending. */
        String stem() {
            int dot = name().lastIndexOf('.');
            return dot > 0 ? name().substring(0, dot) : name();
        }

        /** Its folder; {@code .} for none. */
        String dir() {
            int slash = text.lastIndexOf('/');
            return slash < 0 ? "." : slash == 0 ? "/" : text.substring(0, slash);
        }
    }
}
