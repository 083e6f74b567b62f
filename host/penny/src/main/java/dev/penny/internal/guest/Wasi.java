package dev.penny.internal.guest;

import dev.penny.api.WasiOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * WASI preview 1 for one instance: arguments, environment, clocks, random, bounded output to the log, and the end of the task by
 * {@code proc_exit}. There are no files and no sockets; those functions exist, so that programs link, and say {@code ENOSYS}.
 *
 * <p>Pointers are checked by the buffer they index: a bad one is {@code EFAULT}.
 *
 * <p><b>Threads:</b> only the thread that runs the worker.
 * <p><b>Source:</b> the preview 1 witx files, which give the layout of all structures.
 */
final class Wasi {

    static final int SUCCESS = 0;
    static final int EBADF = 8;
    static final int EFAULT = 21;
    static final int EINTR = 27;
    static final int EINVAL = 28;
    static final int ENOSYS = 52;
    static final int ESPIPE = 70;

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int IOVECS_MAX = 1024;
    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final byte FILETYPE_CHARACTER_DEVICE = 2;
    private static final long RIGHT_READ = 1L << 1;
    private static final long RIGHT_WRITE = 1L << 6;

    private final WasiOptions options;
    private final WasiOutput output;
    private final SecureRandom random = new SecureRandom();
    private Supplier<ByteBuffer> memory = () -> ByteBuffer.allocate(0);

    Wasi(String module, WasiOptions options, GuestLog log) {
        this.options = options;
        this.output = new WasiOutput(module, options.outputLimitBytes(), log);
    }

    /** The end of a task by {@code proc_exit}. */
    static final class Exit extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int code;

        Exit(int code) {
            super("proc_exit(" + code + ")", null, false, false);
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    /** Where the instance's memory is found once it exists; asked at every call, because memory moves when it grows. */
    void attach(Supplier<ByteBuffer> instanceMemory) {
        memory = instanceMemory;
    }

    /** A task begins: its output is counted from 0. */
    void beginTask() {
        output.begin();
    }

    /** A task ended: incomplete lines are written out. */
    void endTask() {
        output.flush();
    }

    /** The functions for an import of {@code wasi_snapshot_preview1}. */
    Map<String, Object> imports() {
        Map<String, Object> imports = new HashMap<>();
        for (WasiFunction function : WasiFunction.values()) {
            ProxyExecutable body = arguments -> {
                try {
                    return function.body().call(this, memory.get().order(ByteOrder.LITTLE_ENDIAN), arguments);
                } catch (IndexOutOfBoundsException e) {
                    return EFAULT;
                }
            };
            imports.put(function.importName(), body);
        }
        return imports;
    }

    int argsSizes(ByteBuffer m, int countPointer, int bytesPointer) {
        return sizes(m, options.arguments(), countPointer, bytesPointer);
    }

    int args(ByteBuffer m, int pointers, int bytes) {
        return strings(m, options.arguments(), pointers, bytes);
    }

    int environSizes(ByteBuffer m, int countPointer, int bytesPointer) {
        return sizes(m, environment(), countPointer, bytesPointer);
    }

    int environ(ByteBuffer m, int pointers, int bytes) {
        return strings(m, environment(), pointers, bytes);
    }

    private List<String> environment() {
        List<String> pairs = new ArrayList<>();
        options.environment().forEach((key, value) -> pairs.add(key + "=" + value));
        pairs.sort(null);
        return pairs;
    }

    private static int sizes(ByteBuffer m, List<String> strings, int countPointer, int bytesPointer) {
        m.putInt(countPointer, strings.size());
        m.putInt(bytesPointer, strings.stream().mapToInt(text -> terminated(text).length).sum());
        return SUCCESS;
    }

    private static int strings(ByteBuffer m, List<String> strings, int pointers, int bytes) {
        int pointer = pointers;
        int next = bytes;
        for (String text : strings) {
            byte[] encoded = terminated(text);
            m.putInt(pointer, next);
            m.put(next, encoded);
            pointer += Integer.BYTES;
            next += encoded.length;
        }
        return SUCCESS;
    }

    /** As a C string: a NUL inside ends it early. */
    private static byte[] terminated(String text) {
        int nul = text.indexOf('\0');
        return ((nul < 0 ? text : text.substring(0, nul)) + '\0').getBytes(StandardCharsets.UTF_8);
    }

    int clockResolution(ByteBuffer m, int clock, int pointer) {
        if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) {
            return EINVAL;
        }
        m.putLong(pointer, clock == CLOCK_REALTIME ? 1_000 : 1);
        return SUCCESS;
    }

    int clockTime(ByteBuffer m, int clock, int pointer) {
        if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) {
            return EINVAL;
        }
        m.putLong(pointer, nowNanos(clock));
        return SUCCESS;
    }

    static long nowNanos(int clock) {
        if (clock == CLOCK_MONOTONIC) {
            return System.nanoTime();
        }
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    int random(ByteBuffer m, int pointer, int length) {
        ByteBuffer target = m.slice(pointer, length);
        byte[] chunk = new byte[Math.min(length, 4096)];
        while (target.hasRemaining()) {
            random.nextBytes(chunk);
            target.put(chunk, 0, Math.min(chunk.length, target.remaining()));
        }
        return SUCCESS;
    }

    int write(ByteBuffer m, int fd, int iovecs, int count, int writtenPointer) {
        if (fd != STDOUT && fd != STDERR) {
            return EBADF;
        }
        if (count < 0 || count > IOVECS_MAX) {
            return EINVAL;
        }
        int written = 0;
        for (int i = 0; i < count; i++) {
            int pointer = m.getInt(iovecs + i * 8);
            int length = m.getInt(iovecs + i * 8 + 4);
            output.write(fd == STDERR, m.slice(pointer, length));
            written += length;
        }
        m.putInt(writtenPointer, written);
        return SUCCESS;
    }

    int read(ByteBuffer m, int fd, int readPointer) {
        if (fd != STDIN) {
            return EBADF;
        }
        m.putInt(readPointer, 0);
        return SUCCESS;
    }

    int close(int fd) {
        return isStandard(fd) ? SUCCESS : EBADF;
    }

    int seek(int fd) {
        return isStandard(fd) ? ESPIPE : EBADF;
    }

    int descriptorStatus(ByteBuffer m, int fd, int pointer) {
        if (!isStandard(fd)) {
            return EBADF;
        }
        m.put(pointer, new byte[24]);
        m.put(pointer, FILETYPE_CHARACTER_DEVICE);
        m.putLong(pointer + 8, fd == STDIN ? RIGHT_READ : RIGHT_WRITE);
        return SUCCESS;
    }

    static boolean isStandard(int fd) {
        return fd >= STDIN && fd <= STDERR;
    }
}
