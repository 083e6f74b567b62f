package dev.penny.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** A stream that remembers why it failed, for writers that swallow it, as those of help texts do. */
final class KeptFailure extends OutputStream {

    private final OutputStream out;
    private Optional<IOException> failure = Optional.empty();

    KeptFailure(OutputStream out) {
        this.out = out;
    }

    /** The first failure, if there was one. */
    Optional<IOException> failure() {
        return failure;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = failure.or(() -> Optional.of(e));
            throw e;
        }
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }
}
