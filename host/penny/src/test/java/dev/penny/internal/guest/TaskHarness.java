package dev.penny.internal.guest;

import dev.penny.api.Signature;
import dev.penny.api.ValueType;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.guest.Guest.BoundFunction;
import dev.penny.internal.guest.Guest.GuestInstance;
import dev.penny.internal.vtable.TestWorker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls functions of a Java or JavaScript guest through the table of a test worker, with arguments and results as Java values. */
final class TaskHarness implements AutoCloseable {

    static final int RECORD = 4096;
    private static final int ARGUMENTS = 8192;

    final TestWorker worker;
    private final Guest guest;
    private final int record;
    private final GuestInstance instance;
    private final Map<String, Integer> slots = new HashMap<>();

    TaskHarness(Guest guest) {
        this(guest, new TestWorker(), RECORD);
    }

    /** With a record of its own, for workers that share a memory. */
    TaskHarness(Guest guest, TestWorker worker, int record) {
        this.guest = guest;
        this.worker = worker;
        this.record = record;
        worker.currentFrame(record);
        TestWorker.sharedRuntime().context().enter();
        try {
            instance = guest.instantiate(worker);
        } finally {
            TestWorker.sharedRuntime().context().leave();
        }
    }

    /** Runs a task; throws what it failed with. */
    Object call(String function, String signature, Object... arguments) throws Throwable {
        Signature parsed = Signature.parse(signature);
        write(parsed, arguments);
        int outcome = dispatch(function, parsed);
        if (outcome == CoreLayout.OUTCOME_FAILED) {
            throw worker.failure();
        }
        if (outcome != CoreLayout.OUTCOME_DONE) {
            return outcome;
        }
        return result(parsed);
    }

    /** One dispatch of the record as it is. */
    int dispatch(String function, Signature signature) {
        TestWorker.sharedRuntime().context().enter();
        try {
            return worker.dispatch(slot(function, signature), record);
        } finally {
            TestWorker.sharedRuntime().context().leave();
        }
    }

    int slot(String function, Signature signature) {
        return slots.computeIfAbsent(function + signature, key -> {
            guest.check(function, signature);
            int slot = 1 + slots.size();
            instance.bind(List.of(new BoundFunction(slot, function, signature)));
            return slot;
        });
    }

    Object result(Signature signature) {
        CoreMemory memory = worker.memory();
        return signature.result().map(type -> switch (type) {
            case I32 -> (Object) memory.getInt(record);
            case I64 -> memory.getLong(record);
            case F32 -> memory.getFloat(record);
            case F64 -> memory.getDouble(record);
            case BYTES -> block(memory.getLong(record));
            case STRING -> new String(block(memory.getLong(record)), StandardCharsets.UTF_8);
        }).orElse("void");
    }

    private byte[] block(long word) {
        return worker.memory().getBytes(CoreMemory.blockRef(word), CoreMemory.blockLength(word));
    }

    private void write(Signature signature, Object... arguments) {
        CoreMemory memory = worker.memory();
        List<ValueType> types = new ArrayList<>(signature.parameters());
        int free = ARGUMENTS + record;
        for (int i = 0; i < arguments.length; i++) {
            int ref = record + 8 * (1 + i);
            switch (types.get(i)) {
                case I32 -> memory.putInt(ref, (int) arguments[i]);
                case I64 -> memory.putLong(ref, (long) arguments[i]);
                case F32 -> memory.putFloat(ref, (float) arguments[i]);
                case F64 -> memory.putDouble(ref, (double) arguments[i]);
                case BYTES, STRING -> {
                    byte[] bytes = arguments[i] instanceof byte[] raw ? raw : ((String) arguments[i]).getBytes(StandardCharsets.UTF_8);
                    int block = bytes.length < 2048 ? free : worker.allocateResult(bytes.length);
                    memory.putBytes(block, bytes);
                    memory.putLong(ref, CoreMemory.block(block, bytes.length));
                    free += 2048;
                }
            }
        }
    }

    @Override
    public void close() {
        instance.close();
        guest.close();
    }
}
