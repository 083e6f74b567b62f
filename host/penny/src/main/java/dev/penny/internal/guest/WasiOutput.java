package dev.penny.internal.guest;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Standard output and error of one instance: cut into lines, bounded per task, written to the log. */
final class WasiOutput {

    private final String module;
    private final int limitBytes;
    private final GuestLog log;
    private final Stream out = new Stream(System.Logger.Level.INFO);
    private final Stream err = new Stream(System.Logger.Level.WARNING);
    private long taskBytes;
    private boolean limitTold;

    WasiOutput(String module, int limitBytes, GuestLog log) {
        this.module = module;
        this.limitBytes = limitBytes;
        this.log = log;
    }

    void begin() {
        taskBytes = 0;
        limitTold = false;
    }

    void write(boolean error, ByteBuffer bytes) {
        Stream stream = error ? err : out;
        long room = limitBytes - taskBytes;
        taskBytes += bytes.remaining();
        for (long i = 0; i < room && bytes.hasRemaining(); i++) {
            stream.put(bytes.get());
        }
        if (bytes.hasRemaining() && !limitTold) {
            limitTold = true;
            flush();
            log.log(System.Logger.Level.WARNING, module, "output beyond the limit is dropped: limit=" + limitBytes);
        }
    }

    void flush() {
        out.flush();
        err.flush();
    }

    private final class Stream {
        private final System.Logger.Level level;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Stream(System.Logger.Level level) {
            this.level = level;
        }

        void put(byte octet) {
            if (octet == '\n') {
                emit();
            } else {
                line.write(octet);
                if (line.size() >= GuestLog.TEXT_BYTES_MAX) {
                    emit();
                }
            }
        }

        void flush() {
            if (line.size() > 0) {
                emit();
            }
        }

        private void emit() {
            log.log(level, module, GuestLog.line(line.toByteArray(), line.size()));
            line.reset();
        }
    }
}
