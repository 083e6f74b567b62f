package dev.penny.internal.guest;

import java.io.OutputStream;
import java.util.Arrays;

/** Turns what a guest prints into lines of the log; a line longer than the limit is cut. <b>Threads:</b> any. */
final class LogStream extends OutputStream {

    private final GuestLog log;
    private final System.Logger.Level level;
    private final String module;
    private final byte[] line = new byte[GuestLog.TEXT_BYTES_MAX];
    private int length;

    LogStream(GuestLog log, System.Logger.Level level, String module) {
        this.log = log;
        this.level = level;
        this.module = module;
    }

    /** The level that guests call 0 to 3. */
    static System.Logger.Level level(int number) {
        return switch (number) {
            case 0 -> System.Logger.Level.DEBUG;
            case 1 -> System.Logger.Level.INFO;
            case 2 -> System.Logger.Level.WARNING;
            default -> System.Logger.Level.ERROR;
        };
    }

    @Override
    public synchronized void write(int octet) {
        if (octet == '\n') {
            byte[] kept = Arrays.copyOf(line, Math.min(length, line.length));
            // The length counts what was cut too: the text then says so.
            log.log(level, module, length > line.length ? GuestLog.line(line, length) : GuestLog.line(kept, kept.length));
            length = 0;
        } else if (octet != '\r') {
            if (length < line.length) {
                line[length] = (byte) octet;
            }
            length++;
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int count) {
        for (int i = 0; i < count; i++) {
            write(bytes[offset + i]);
        }
    }
}
