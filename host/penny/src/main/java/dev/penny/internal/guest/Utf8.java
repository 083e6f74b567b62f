package dev.penny.internal.guest;

import java.nio.charset.StandardCharsets;

/** Text as the guest ABI wants it. */
final class Utf8 {

    private Utf8() { }

    /** Well-formed UTF-8; half a surrogate pair becomes U+FFFD, as {@code TextEncoder} does it. */
    static byte[] encode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return wellFormed(text).getBytes(StandardCharsets.UTF_8);
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String wellFormed(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c));
        return out.toString();
    }
}
