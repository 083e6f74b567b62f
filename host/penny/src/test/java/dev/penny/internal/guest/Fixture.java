package dev.penny.internal.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.penny.api.LoadOptions;
import dev.penny.api.PennyException;
import dev.penny.api.Signature;
import dev.penny.api.ValueType;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.guest.Guest.BoundFunction;
import dev.penny.internal.guest.Guest.GuestInstance;
import dev.penny.internal.vtable.TestWorker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.graalvm.polyglot.PolyglotException;

/** One guest in one worker, called by name as an engine would, with the engine's part of the trap handling. */
final class Fixture {

    static final int RECORD = 1024;
    private static final int ARGUMENTS = 8192;

    final TestWorker worker;
    final Guest guest;
    private final Map<String, BoundFunction> bound = new HashMap<>();
    private GuestInstance instance;
    int instances;

    Fixture(TestWorker worker, Guest guest) {
        this.worker = worker;
        this.guest = guest;
        worker.onBind(slot -> bindAll());
    }

    Fixture(Guest guest) {
        this(new TestWorker(), guest);
    }

    /** The lines of all guests of a test class. */
    static final class Lines implements GuestLog {
        final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void log(System.Logger.Level level, String module, String text) {
            lines.add(level + " " + module + " " + text);
        }
    }

    static Guest load(byte[] wasm, LoadOptions options) {
        return WasmGuests.load(TestWorker.sharedRuntime(), "guest", wasm, options, new Lines());
    }

    static Guest load(byte[] wasm) {
        return load(wasm, LoadOptions.DEFAULT);
    }

    /** A committed module of {@code guest-modules/dist}. */
    static byte[] dist(String name) {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("guest-modules/dist"))) {
            folder = folder.getParent();
        }
        try {
            return Files.readAllBytes(folder.resolve("guest-modules/dist").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Calls {@code name(types)->type} and returns the result, or throws what the task failed with. */
    Object call(String function, Object... arguments) {
        BoundFunction target = bound.computeIfAbsent(function, key -> {
            int parenthesis = key.indexOf('(');
            Signature signature = Signature.parse(key.substring(parenthesis));
            guest.check(key.substring(0, parenthesis), signature);
            return new BoundFunction(bound.size(), key.substring(0, parenthesis), signature);
        });
        write(target.signature(), arguments);
        int outcome;
        try {
            outcome = worker.dispatch(target.slot(), RECORD);
        } catch (PolyglotException e) {
            afterTrap();
            throw GuestErrors.failure(guest.name() + "/" + function, e);
        }
        if (outcome != 0) {
            throw (PennyException) worker.failure();
        }
        assertEquals(null, worker.failure());
        return target.signature().result().map(this::read).orElse("()");
    }

    private void afterTrap() {
        if (instance != null && !instance.survivesTrap()) {
            instance.close();
            instance = null;
            worker.reset(0, TestWorker.SLOTS);
        }
    }

    private void bindAll() {
        try {
            if (instance == null) {
                instance = guest.instantiate(worker);
                instances++;
            }
            instance.bind(new ArrayList<>(bound.values()));
        } catch (PennyException e) {
            worker.fail(e);
        }
    }

    private void write(Signature signature, Object[] arguments) {
        int free = ARGUMENTS;
        for (int i = 0; i < arguments.length; i++) {
            int at = RECORD + 8 * (1 + i);
            CoreMemory memory = worker.memory();
            switch (arguments[i]) {
                case Integer v -> memory.putInt(at, v);
                case Long v -> memory.putLong(at, v);
                case Float v -> memory.putFloat(at, v);
                case Double v -> memory.putDouble(at, v);
                case String v -> free = block(at, free, v.getBytes(StandardCharsets.UTF_8));
                case byte[] v -> free = block(at, free, v);
                default -> throw new IllegalArgumentException(String.valueOf(arguments[i]));
            }
        }
        assertEquals(signature.parameters().size(), arguments.length);
    }

    private int block(int at, int free, byte[] bytes) {
        worker.memory().putBytes(free, bytes);
        worker.memory().putLong(at, CoreMemory.block(free, bytes.length));
        return free + bytes.length;
    }

    private Object read(ValueType type) {
        CoreMemory memory = worker.memory();
        return switch (type) {
            case I32 -> memory.getInt(RECORD);
            case I64 -> memory.getLong(RECORD);
            case F32 -> memory.getFloat(RECORD);
            case F64 -> memory.getDouble(RECORD);
            case BYTES -> bytes(memory.getLong(RECORD));
            case STRING -> new String(bytes(memory.getLong(RECORD)), StandardCharsets.UTF_8);
        };
    }

    private byte[] bytes(long word) {
        return worker.memory().getBytes(CoreMemory.blockRef(word), CoreMemory.blockLength(word));
    }
}
