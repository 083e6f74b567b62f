package dev.penny.internal.guest;

import java.nio.charset.StandardCharsets;

/**
 * Where the text goes that guests write: {@code penny.log} and WASI output.
 *
 * <p><b>Threads:</b> any, several at once.
 */
@FunctionalInterface
public interface GuestLog {

    /** Longest text of one call; the rest is cut off. */
    int TEXT_BYTES_MAX = 4096;

    /** One line, already bounded and escaped. */
    void log(System.Logger.Level level, String module, String text);

    /** Writes to the system logger {@code dev.penny.guest}. */
    static GuestLog system() {
        System.Logger logger = System.getLogger("dev.penny.guest");
        return (level, module, text) -> logger.log(level, "{0}: {1}", module, text);
    }

    /**
     * A guest's bytes as one line of harmless text: bounded, not-UTF-8 replaced, control characters escaped so that a guest can
     * forge neither lines nor terminal sequences.
     */
    static String line(byte[] bytes, int length) {
        String text = new String(bytes, 0, Math.min(length, TEXT_BYTES_MAX), StandardCharsets.UTF_8);
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> escape(c, out));
        if (length > TEXT_BYTES_MAX) {
            out.append("... (").append(length).append(" bytes)");
        }
        return out.toString();
    }

    private static void escape(int c, StringBuilder out) {
        switch (Character.getType(c)) {
            // Format characters include those that turn the reading direction.
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> {
                if (c == '\t') {
                    out.append(' ');
                } else {
                    out.append("\\u{%x}".formatted(c));
                }
            }
            default -> out.appendCodePoint(c);
        }
    }
}
