package dev.penny.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Text as it goes to a terminal or comes from a file. */
final class Text {

    private static final int MESSAGE_CHARS_MAX = 2_000;
    private static final char REPLACEMENT = '\uFFFD';

    private Text() { }

    /**
     * One line without control characters: line breaks as {@code \n} and {@code \r}, the others (a task may try to drive the
     * terminal) as {@code \}{@code u001b}. Tabs stay.
     */
    static String oneLine(String text) {
        int first = firstControl(text);
        if (first < 0) {
            return text;
        }
        StringBuilder line = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isControl(c)) {
                line.append(c);
            } else if (c == '\n') {
                line.append("\\n");
            } else if (c == '\r') {
                line.append("\\r");
            } else {
                line.append("\\u%04x".formatted((int) c));
            }
        }
        return line.toString();
    }

    /** {@link #oneLine}, cut to a length that a person still reads. */
    static String message(String text) {
        String cut = text.length() <= MESSAGE_CHARS_MAX ? text : text.substring(0, MESSAGE_CHARS_MAX) + "...";
        return oneLine(cut.strip());
    }

    /** The text of these bytes if they are UTF-8. */
    static Optional<String> utf8(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) < 0) {
            return Optional.of(text);
        }
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static int firstControl(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isControl(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isControl(char c) {
        return Character.isISOControl(c) && c != '\t';
    }
}
