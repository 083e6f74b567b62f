package dev.penny.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The stream of results: collected, and written when enough is there or a moment has passed, so that a fast run is not slowed by
 * small writes and a slow one is seen at once.
 *
 * <p><b>Threads:</b> any; the one that writes late is its own.
 */
final class ResultOutput implements AutoCloseable {

    private static final int BATCH_BYTES = 64 * 1024;
    private static final int DELAY_MILLIS = 100;

    private final OutputStream out;
    private final Progress progress;
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream(2 * BATCH_BYTES);
    private final Thread flusher;
    private boolean closed;

    /**
     * Results go to this stream.
     *
     * @param progress makes room on the screen before each write
     */
    ResultOutput(OutputStream out, Progress progress) {
        this.out = out;
        this.progress = progress;
        this.flusher = Thread.ofPlatform().daemon().name("penny-output").start(this::flushNowAndThen);
    }

    /** Adds whole lines. */
    synchronized void write(byte[] bytes, int length) throws IOException {
        batch.write(bytes, 0, length);
        if (batch.size() >= BATCH_BYTES) {
            flush();
        }
    }

    /** Writes what has been collected. */
    synchronized void flush() throws IOException {
        if (batch.size() > 0) {
            progress.around(() -> {
                batch.writeTo(out);
                out.flush();
            });
            batch.reset();
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            flush();
        }
        flusher.interrupt();
    }

    private void flushNowAndThen() {
        try {
            while (true) {
                Thread.sleep(DELAY_MILLIS);
                synchronized (this) {
                    if (closed) {
                        return;
                    }
                    flush();
                }
            }
        } catch (InterruptedException | IOException e) {
            // Closed; or the stream is broken, which the next write of the run will find and report.
            Thread.currentThread().interrupt();
        }
    }
}
