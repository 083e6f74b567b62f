package dev.penny.internal.guest;

import dev.penny.api.JavaTask;
import dev.penny.api.PennyException;
import dev.penny.api.TaskCall;
import dev.penny.api.ValueType;
import dev.penny.internal.core.CancelWord;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostTask;
import dev.penny.internal.core.WorkerLink;
import java.nio.ByteBuffer;

/**
 * A Java task behind a slot of one worker, and the call it sees: arguments are read from the record when asked for. One object for all
 * calls, so that numeric ones allocate nothing.
 */
final class RecordCall implements HostTask, TaskCall {

    private final WorkerLink link;
    private final CoreMemory memory;
    private final CallShape shape;
    private final JavaTask task;
    /** 0 outside of a task. */
    private int record;
    private boolean resultSet;
    private boolean again;
    /** A block result until the task returns: a second one must not leave the first behind in the heap. */
    private byte[] block;

    RecordCall(WorkerLink link, CallShape shape, JavaTask task) {
        this.link = link;
        this.memory = link.memory();
        this.shape = shape;
        this.task = task;
    }

    @Override
    public int run(int recordRef) throws Exception {
        // A task that waits may meet another one of its function, on this worker, before it goes on.
        int outerRecord = record;
        boolean outerResultSet = resultSet;
        boolean outerAgain = again;
        byte[] outerBlock = block;
        boolean wasInterrupted = Thread.currentThread().isInterrupted();
        record = recordRef;
        resultSet = false;
        again = false;
        block = null;
        try {
            runTask();
            if (again && resultSet) {
                throw shape.failed("the task set its result and asked to run again");
            }
            if (again) {
                return CoreLayout.OUTCOME_YIELD;
            }
            if (resultSet != shape.hasResult()) {
                throw shape.failed("the task returned without setting its result");
            }
            if (block != null) {
                Records.putResult(link, recordRef, block);
            }
            return CoreLayout.OUTCOME_DONE;
        } finally {
            record = outerRecord;
            resultSet = outerResultSet;
            again = outerAgain;
            block = outerBlock;
            if (Thread.currentThread().isInterrupted() && !wasInterrupted) {
                Thread.interrupted(); // Else the next task would find it.
            }
        }
    }

    private void runTask() throws Exception {
        try {
            task.run(this);
        } catch (PennyException e) {
            throw shape.thrown(e);
        }
    }

    @Override
    public boolean cancelled() {
        if (record == 0) {
            throw shape.outsideOfTask();
        }
        return CancelWord.isSet(memory, link.currentFrame());
    }

    @Override
    public void again(long... state) {
        if (record == 0) {
            throw shape.outsideOfTask();
        }
        int kind = memory.getInt(link.currentFrame() + CoreLayout.FRAME_KIND);
        if (kind == CoreLayout.KIND_BULK || kind == CoreLayout.KIND_RANGE) {
            throw new IllegalStateException("a task in a bulk cannot yield");
        }
        shape.requireState(state);
        for (int i = 0; i < state.length; i++) {
            if (shape.parameter(i) == ValueType.I32) {
                memory.putInt(argument(i, ValueType.I32), (int) state[i]);
            } else {
                memory.putLong(argument(i, ValueType.I64), state[i]);
            }
        }
        again = true;
    }

    private int argument(int index, ValueType type) {
        shape.requireParameter(index, type);
        if (record == 0) {
            throw shape.outsideOfTask();
        }
        return Records.argument(record, index);
    }

    @Override
    public int i32(int index) {
        return memory.getInt(argument(index, ValueType.I32));
    }

    @Override
    public long i64(int index) {
        return memory.getLong(argument(index, ValueType.I64));
    }

    @Override
    public float f32(int index) {
        return memory.getFloat(argument(index, ValueType.F32));
    }

    @Override
    public double f64(int index) {
        return memory.getDouble(argument(index, ValueType.F64));
    }

    @Override
    public ByteBuffer view(int index) {
        long word = memory.getLong(argument(index, ValueType.BYTES));
        return Records.readOnly(memory.view(CoreMemory.blockRef(word), CoreMemory.blockLength(word)));
    }

    @Override
    public byte[] bytes(int index) {
        return Records.bytes(memory, argument(index, ValueType.BYTES));
    }

    @Override
    public String string(int index) {
        return Records.string(memory, argument(index, ValueType.STRING));
    }

    private int resultWord(ValueType type) {
        shape.requireResult(type);
        if (record == 0) {
            throw shape.outsideOfTask();
        }
        resultSet = true;
        return record;
    }

    @Override
    public void result(int value) {
        memory.putInt(resultWord(ValueType.I32), value);
    }

    @Override
    public void result(long value) {
        memory.putLong(resultWord(ValueType.I64), value);
    }

    @Override
    public void result(float value) {
        memory.putFloat(resultWord(ValueType.F32), value);
    }

    @Override
    public void result(double value) {
        memory.putDouble(resultWord(ValueType.F64), value);
    }

    @Override
    public void result(byte[] value) {
        resultWord(ValueType.BYTES);
        block = shape.requireValue(value).clone();
    }

    @Override
    public void result(String value) {
        resultWord(ValueType.STRING);
        block = Utf8.encode(shape.requireValue(value));
    }
}
