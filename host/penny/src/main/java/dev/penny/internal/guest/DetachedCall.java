package dev.penny.internal.guest;

import dev.penny.api.TaskCall;
import dev.penny.api.ValueType;
import dev.penny.internal.core.BlockingThreads;
import dev.penny.internal.core.CancelWord;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.WorkerLink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The call that a blocking task sees on its virtual thread: everything copied, since its worker goes on meanwhile. */
final class DetachedCall implements TaskCall {

    private final CallShape shape;
    private final CoreMemory memory;
    private final BlockingThreads threads;
    private final int frame;
    private final long[] words;
    private final byte[][] blocks;
    private long resultWord;
    private byte[] resultBlock = {};
    private boolean resultSet;

    /** Copies the arguments out of a record; the frame stays this call's until it is resumed. */
    DetachedCall(CallShape shape, WorkerLink link, int frame, int record) {
        this.shape = shape;
        this.memory = link.memory();
        this.threads = link.blockingThreads();
        this.frame = frame;
        this.words = new long[shape.parameterCount()];
        this.blocks = new byte[shape.parameterCount()][];
        for (int i = 0; i < words.length; i++) {
            int ref = Records.argument(record, i);
            words[i] = memory.getLong(ref);
            if (shape.parameter(i).isBlock()) {
                blocks[i] = Records.bytes(memory, ref);
            }
        }
    }

    /** Writes the result into a record. */
    void store(WorkerLink link, int record) {
        if (resultSet != shape.hasResult()) {
            throw shape.failed("the task returned without setting its result");
        }
        if (shape.hasBlockResult()) {
            Records.putResult(link, record, resultBlock);
        } else if (shape.hasResult()) {
            link.memory().putLong(record, resultWord);
        }
    }

    @Override
    public boolean cancelled() {
        return threads.areUnwanted() || CancelWord.isSet(memory, frame);
    }

    @Override
    public void again(long... state) {
        throw new IllegalStateException("a blocking task waits by itself");
    }

    @Override
    public int i32(int index) {
        shape.requireParameter(index, ValueType.I32);
        return (int) words[index];
    }

    @Override
    public long i64(int index) {
        shape.requireParameter(index, ValueType.I64);
        return words[index];
    }

    @Override
    public float f32(int index) {
        shape.requireParameter(index, ValueType.F32);
        return Float.intBitsToFloat((int) words[index]);
    }

    @Override
    public double f64(int index) {
        shape.requireParameter(index, ValueType.F64);
        return Double.longBitsToDouble(words[index]);
    }

    @Override
    public ByteBuffer view(int index) {
        shape.requireParameter(index, ValueType.BYTES);
        return Records.readOnly(ByteBuffer.wrap(blocks[index]));
    }

    @Override
    public byte[] bytes(int index) {
        shape.requireParameter(index, ValueType.BYTES);
        return blocks[index].clone();
    }

    @Override
    public String string(int index) {
        shape.requireParameter(index, ValueType.STRING);
        return new String(blocks[index], StandardCharsets.UTF_8);
    }

    private void setResult(ValueType type, long word) {
        shape.requireResult(type);
        resultWord = word;
        resultSet = true;
    }

    @Override
    public void result(int value) {
        setResult(ValueType.I32, value);
    }

    @Override
    public void result(long value) {
        setResult(ValueType.I64, value);
    }

    @Override
    public void result(float value) {
        setResult(ValueType.F32, Float.floatToRawIntBits(value));
    }

    @Override
    public void result(double value) {
        setResult(ValueType.F64, Double.doubleToRawLongBits(value));
    }

    @Override
    public void result(byte[] value) {
        setResult(ValueType.BYTES, 0);
        resultBlock = shape.requireValue(value).clone();
    }

    @Override
    public void result(String value) {
        setResult(ValueType.STRING, 0);
        resultBlock = Utf8.encode(shape.requireValue(value));
    }
}
