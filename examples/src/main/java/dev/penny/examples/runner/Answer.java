package dev.penny.examples.runner;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What an example computed.
 *
 * @param bytes all of it, as the example defines it; little-endian
 * @param summary one line for people
 */
public record Answer(byte[] bytes, String summary) {

    /** Copies the bytes. */
    public Answer {
        bytes = bytes.clone();
    }

    /** An answer that is text. */
    public static Answer text(String text, String summary) {
        return new Answer(text.getBytes(StandardCharsets.UTF_8), summary);
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    /** A little-endian view of a copy of the bytes. */
    public ByteBuffer view() {
        return ByteBuffer.wrap(bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The SHA-256 of the bytes in hexadecimal. */
    public String hash() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
