package dev.penny.internal.guest;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.graalvm.polyglot.Value;

/** All functions of WASI preview 1 with their types ({@code i} = i32, {@code I} = i64; all but {@code proc_exit} return an i32 errno). */
enum WasiFunction {
    ARGS_GET("ii", (w, m, a) -> w.args(m, a[0].asInt(), a[1].asInt())),
    ARGS_SIZES_GET("ii", (w, m, a) -> w.argsSizes(m, a[0].asInt(), a[1].asInt())),
    ENVIRON_GET("ii", (w, m, a) -> w.environ(m, a[0].asInt(), a[1].asInt())),
    ENVIRON_SIZES_GET("ii", (w, m, a) -> w.environSizes(m, a[0].asInt(), a[1].asInt())),
    CLOCK_RES_GET("ii", (w, m, a) -> w.clockResolution(m, a[0].asInt(), a[1].asInt())),
    CLOCK_TIME_GET("iIi", (w, m, a) -> w.clockTime(m, a[0].asInt(), a[2].asInt())),
    FD_ADVISE("iIIi"),
    FD_ALLOCATE("iII"),
    FD_CLOSE("i", (w, m, a) -> w.close(a[0].asInt())),
    FD_DATASYNC("i"),
    FD_FDSTAT_GET("ii", (w, m, a) -> w.descriptorStatus(m, a[0].asInt(), a[1].asInt())),
    FD_FDSTAT_SET_FLAGS("ii"),
    FD_FDSTAT_SET_RIGHTS("iII"),
    FD_FILESTAT_GET("ii"),
    FD_FILESTAT_SET_SIZE("iI"),
    FD_FILESTAT_SET_TIMES("iIIi"),
    FD_PREAD("iiiIi"),
    FD_PRESTAT_GET("ii", (w, m, a) -> Wasi.EBADF),
    FD_PRESTAT_DIR_NAME("iii", (w, m, a) -> Wasi.EBADF),
    FD_PWRITE("iiiIi"),
    FD_READ("iiii", (w, m, a) -> w.read(m, a[0].asInt(), a[3].asInt())),
    FD_READDIR("iiiIi"),
    FD_RENUMBER("ii"),
    FD_SEEK("iIii", (w, m, a) -> w.seek(a[0].asInt())),
    FD_SYNC("i"),
    FD_TELL("ii", (w, m, a) -> w.seek(a[0].asInt())),
    FD_WRITE("iiii", (w, m, a) -> w.write(m, a[0].asInt(), a[1].asInt(), a[2].asInt(), a[3].asInt())),
    PATH_CREATE_DIRECTORY("iii"),
    PATH_FILESTAT_GET("iiiii"),
    PATH_FILESTAT_SET_TIMES("iiiiIIi"),
    PATH_LINK("iiiiiii"),
    PATH_OPEN("iiiiiIIii"),
    PATH_READLINK("iiiiii"),
    PATH_REMOVE_DIRECTORY("iii"),
    PATH_RENAME("iiiiii"),
    PATH_SYMLINK("iiiii"),
    PATH_UNLINK_FILE("iii"),
    POLL_ONEOFF("iiii", (w, m, a) -> WasiPoll.poll(m, a[0].asInt(), a[1].asInt(), a[2].asInt(), a[3].asInt())),
    PROC_EXIT("i", (w, m, a) -> {
        throw new Wasi.Exit(a[0].asInt());
    }),
    PROC_RAISE("i"),
    RANDOM_GET("ii", (w, m, a) -> w.random(m, a[0].asInt(), a[1].asInt())),
    SCHED_YIELD("", (w, m, a) -> Wasi.SUCCESS),
    SOCK_ACCEPT("iii"),
    SOCK_RECV("iiiiii"),
    SOCK_SEND("iiiii"),
    SOCK_SHUTDOWN("ii");

    /** The module name of preview 1 imports. */
    static final String MODULE = "wasi_snapshot_preview1";

    /** What a function does; {@code memory} is the instance's, little-endian. */
    @FunctionalInterface
    interface Body {
        int call(Wasi wasi, ByteBuffer memory, Value[] arguments);
    }

    private final String parameters;
    private final Body body;
    private final boolean implemented;

    WasiFunction(String parameters) {
        this.parameters = parameters;
        this.body = (w, m, a) -> Wasi.ENOSYS;
        this.implemented = false;
    }

    WasiFunction(String parameters, Body body) {
        this.parameters = parameters;
        this.body = body;
        this.implemented = true;
    }

    static Optional<WasiFunction> of(String importName) {
        return Arrays.stream(values()).filter(function -> function.importName().equals(importName)).findFirst();
    }

    String importName() {
        return name().toLowerCase(Locale.ROOT);
    }

    NativeType type() {
        return new NativeType(parameters.chars().mapToObj(c -> c == 'i' ? "i32" : "i64").toList(),
                this == PROC_EXIT ? List.of() : List.of("i32"));
    }

    Body body() {
        return body;
    }

    /** False if it only says {@code ENOSYS}. */
    boolean implemented() {
        return implemented;
    }
}
