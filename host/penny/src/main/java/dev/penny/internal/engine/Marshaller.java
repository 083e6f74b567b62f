package dev.penny.internal.engine;

import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.ValueType;
import dev.penny.internal.core.CoreMemory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Java values to records in linear memory and back, for one function. Stateless after construction. */
final class Marshaller {

    private final String function;
    private final ValueType[] parameters;
    private final boolean hasResult;
    private final ValueType result;
    private final boolean blocks;

    Marshaller(String function, Signature signature) {
        this.function = function;
        List<ValueType> types = signature.parameters();
        this.parameters = types.toArray(new ValueType[0]);
        this.hasResult = signature.result().isPresent();
        this.result = signature.result().orElse(ValueType.I64);
        this.blocks = types.stream().anyMatch(ValueType::isBlock);
    }

    /** Bytes of a record: the result and the arguments. */
    int recordBytes() {
        return 8 * (1 + parameters.length);
    }

    /** True if the result is a block of the result heap. */
    boolean resultIsBlock() {
        return hasResult && result.isBlock();
    }

    private void checkArity(Object[] arguments) {
        if (arguments.length != parameters.length) {
            throw new SignatureException("wrong arity: function=%s, arguments=%d, expected=%d"
                    .formatted(function, arguments.length, parameters.length));
        }
    }

    /**
     * Checks arguments and brings them to the parameter types, text as UTF-8. What comes out may be the caller's own arrays: it is for use
     * before the caller goes on.
     *
     * @throws SignatureException wrong arity, type or range
     */
    Object[] prepare(Object[] arguments) {
        checkArity(arguments);
        Object[] prepared = arguments;
        for (int i = 0; i < parameters.length; i++) {
            Object value = convert(i, arguments[i]);
            if (value != arguments[i]) {
                if (prepared == arguments) {
                    prepared = arguments.clone();
                }
                prepared[i] = value;
            }
        }
        return prepared;
    }

    /** {@link #prepare} for use at any time: the caller may change its arrays. */
    Object[] keep(Object[] arguments) {
        checkArity(arguments);
        Object[] kept = new Object[arguments.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = keep(i, arguments[i]);
        }
        return kept;
    }

    /** One argument of {@link #keep(Object[])}. */
    Object keep(int index, Object value) {
        return kept(value, convert(index, value));
    }

    /** A converted value that is not the caller's array. */
    static Object kept(Object value, Object converted) {
        return converted == value && converted instanceof byte[] bytes ? bytes.clone() : converted;
    }

    /** One argument of {@link #prepare}. */
    Object convert(int index, Object value) {
        return switch (parameters[index]) {
            case I32 -> value instanceof Integer ? value : (Object) (int) integer(index, value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case I64 -> value instanceof Long ? value : (Object) integer(index, value, Long.MIN_VALUE, Long.MAX_VALUE);
            case F32 -> value instanceof Float ? value : (Object) (float) floating(index, value);
            case F64 -> value instanceof Double ? value : (Object) floating(index, value);
            case BYTES -> bytes(index, value);
            case STRING -> {
                if (value instanceof CharSequence text) {
                    yield text.toString().getBytes(StandardCharsets.UTF_8);
                }
                throw wrongType(index, value);
            }
        };
    }

    private static boolean isInteger(Object value) {
        return value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte;
    }

    private long integer(int index, Object value, long min, long max) {
        if (!isInteger(value)) {
            throw wrongType(index, value);
        }
        long number = ((Number) value).longValue();
        if (number < min || number > max) {
            throw new SignatureException("number out of range: function=%s, parameter=%d, type=%s, value=%d, min=%d, max=%d"
                    .formatted(function, index, parameters[index].text(), number, min, max));
        }
        return number;
    }

    private double floating(int index, Object value) {
        if (isInteger(value)) {
            return exact(index, ((Number) value).longValue());
        }
        if (!(value instanceof Float) && !(value instanceof Double number && (double) (float) (double) number == number)) {
            throw wrongType(index, value);
        }
        return ((Number) value).doubleValue();
    }

    /** By its bits: casting there and back would hide the loss at the largest numbers. */
    private double exact(int index, long number) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.abs(number)) - Long.numberOfTrailingZeros(number);
        if (bits > exactBits(parameters[index])) {
            throw new SignatureException("number would be rounded: function=%s, parameter=%d, type=%s, value=%d, bits=%d, limit=%d"
                    .formatted(function, index, parameters[index].text(), number, bits, exactBits(parameters[index])));
        }
        return number;
    }

    private static int exactBits(ValueType floating) {
        return floating == ValueType.F32 ? Float.PRECISION : Double.PRECISION;
    }

    private byte[] bytes(int index, Object value) {
        if (value instanceof byte[] array) {
            return array;
        }
        if (value instanceof ByteBuffer buffer) {
            return copy(buffer);
        }
        throw wrongType(index, value);
    }

    /** What is left in a buffer. */
    static byte[] copy(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }

    private SignatureException wrongType(int index, Object value) {
        String shown = String.valueOf(value);
        return new SignatureException("wrong type: function=%s, parameter=%d, expected=%s, value=%s, class=%s".formatted(function, index,
                parameters[index].text(), shown.length() > 80 ? shown.substring(0, 80) + "..." : shown,
                value == null ? "null" : value.getClass().getName()));
    }

    /** Bytes of linear memory that the block arguments of {@link #prepare}d arguments take, each 8-byte aligned. */
    long blockBytes(Object[] prepared) {
        if (!blocks) {
            return 0;
        }
        long total = 0;
        for (Object value : prepared) {
            if (value instanceof byte[] bytes) {
                total += bytes.length + 7L & -8L;
            }
        }
        return total;
    }

    /** Writes {@link #prepare}d arguments into a record; blocks go to {@code blockRef}. */
    void write(CoreMemory memory, int record, int blockRef, Object[] prepared) {
        int block = blockRef;
        for (int i = 0; i < parameters.length; i++) {
            block += write(memory, record, i, block, prepared[i]);
        }
    }

    /** One argument of {@link #write(CoreMemory, int, int, Object[])}; how many bytes of the block it took. */
    int write(CoreMemory memory, int record, int index, int block, Object prepared) {
        int ref = record + 8 * (1 + index);
        return switch (parameters[index]) {
            case I32 -> {
                memory.putInt(ref, (int) prepared);
                yield 0;
            }
            case I64 -> {
                memory.putLong(ref, (long) prepared);
                yield 0;
            }
            case F32 -> {
                memory.putFloat(ref, (float) prepared);
                yield 0;
            }
            case F64 -> {
                memory.putDouble(ref, (double) prepared);
                yield 0;
            }
            case BYTES, STRING -> {
                byte[] bytes = (byte[]) prepared;
                memory.putBytes(block, bytes);
                memory.putLong(ref, CoreMemory.block(block, bytes.length));
                yield bytes.length + 7 & -8;
            }
        };
    }

    /** Writes successive numbers as the only arguments of records that are {@code stride} apart, without making objects. */
    void writeNumbers(CoreMemory memory, int firstRecord, int stride, long first, int count) {
        int end = firstRecord + 8 + count * stride;
        long number = first;
        switch (parameters[0]) {
            case I32 -> {
                for (int ref = firstRecord + 8; ref != end; ref += stride) {
                    memory.putInt(ref, (int) number++);
                }
            }
            case I64 -> {
                for (int ref = firstRecord + 8; ref != end; ref += stride) {
                    memory.putLong(ref, number++);
                }
            }
            case F32 -> {
                for (int ref = firstRecord + 8; ref != end; ref += stride) {
                    memory.putFloat(ref, number++);
                }
            }
            case F64 -> {
                for (int ref = firstRecord + 8; ref != end; ref += stride) {
                    memory.putDouble(ref, number++);
                }
            }
            case BYTES, STRING -> throw new IllegalStateException("checked by checkRange");
        }
    }

    /**
     * Checks that every number of {@code from..to} (exclusive) is an argument of this function.
     *
     * @throws SignatureException if not
     */
    void checkRange(long from, long to) {
        if (parameters.length != 1 || parameters[0].isBlock()) {
            throw new SignatureException("a range needs a function of one number: function=" + function);
        }
        if (to < from) {
            throw new SignatureException("range ends before it starts: function=%s, from=%d, to=%d".formatted(function, from, to));
        }
        if (from < to) {
            convert(0, from);
            convert(0, to - 1);
            checkNoGaps(from, to - 1);
        }
    }

    /** Floating point holds some numbers beyond this limit, but not all. */
    private void checkNoGaps(long first, long last) {
        if (first == last || parameters[0] == ValueType.I32 || parameters[0] == ValueType.I64) {
            return;
        }
        long limit = 1L << exactBits(parameters[0]);
        if (first < -limit || last > limit) {
            throw new SignatureException("numbers of the range would be rounded: function=%s, type=%s, first=%d, last=%d, min=%d, max=%d"
                    .formatted(function, parameters[0].text(), first, last, -limit, limit));
        }
    }

    /** The result in a record, {@code null} for a function without one. */
    Object read(CoreMemory memory, int record) {
        if (!hasResult) {
            return null;
        }
        return switch (result) {
            case I32 -> (Object) memory.getInt(record);
            case I64 -> (Object) memory.getLong(record);
            case F32 -> (Object) memory.getFloat(record);
            case F64 -> (Object) memory.getDouble(record);
            case BYTES -> block(memory, record);
            case STRING -> new String(block(memory, record), StandardCharsets.UTF_8);
        };
    }

    private static byte[] block(CoreMemory memory, int record) {
        long word = memory.getLong(record);
        return memory.getBytes(CoreMemory.blockRef(word), CoreMemory.blockLength(word));
    }

    /** A prepared number as it lies in a record. */
    static long word(Object number) {
        return switch (number) {
            case Integer i -> i & 0xFFFF_FFFFL;
            case Long l -> l;
            case Float f -> Float.floatToRawIntBits(f) & 0xFFFF_FFFFL;
            case Double d -> Double.doubleToRawLongBits(d);
            default -> throw new IllegalStateException("not a number: class=" + number.getClass());
        };
    }

    /** The result that a word of a record stands for. */
    Object readWord(CoreMemory memory, long word) {
        return switch (result) {
            case I32 -> (Object) (int) word;
            case I64 -> (Object) word;
            case F32 -> (Object) Float.intBitsToFloat((int) word);
            case F64 -> (Object) Double.longBitsToDouble(word);
            case BYTES -> bytes(memory, word);
            case STRING -> new String(bytes(memory, word), StandardCharsets.UTF_8);
        };
    }

    private static byte[] bytes(CoreMemory memory, long word) {
        return memory.getBytes(CoreMemory.blockRef(word), CoreMemory.blockLength(word));
    }

    /** An integer result, without making an object. */
    long readLong(CoreMemory memory, int record) {
        return result == ValueType.I32 ? memory.getInt(record) : memory.getLong(record);
    }

    /** Integer results of successive records. */
    void readLongs(CoreMemory memory, int firstRecord, int stride, long[] into, int first, int count) {
        int record = firstRecord;
        if (result == ValueType.I32) {
            for (int i = first; i < first + count; i++, record += stride) {
                into[i] = memory.getInt(record);
            }
        } else {
            for (int i = first; i < first + count; i++, record += stride) {
                into[i] = memory.getLong(record);
            }
        }
    }

    /** A floating point result, without making an object. */
    double readDouble(CoreMemory memory, int record) {
        return result == ValueType.F32 ? memory.getFloat(record) : memory.getDouble(record);
    }

    /** Floating point results of successive records. */
    void readDoubles(CoreMemory memory, int firstRecord, int stride, double[] into, int first, int count) {
        int record = firstRecord;
        if (result == ValueType.F32) {
            for (int i = first; i < first + count; i++, record += stride) {
                into[i] = memory.getFloat(record);
            }
        } else {
            for (int i = first; i < first + count; i++, record += stride) {
                into[i] = memory.getDouble(record);
            }
        }
    }

    /** Checks the result's type. @throws SignatureException if it is none of these */
    void checkResult(ValueType first, ValueType second) {
        if (!hasResult || result != first && result != second) {
            throw new SignatureException("wrong result type: function=%s, expected=%s or %s"
                    .formatted(function, first.text(), second.text()));
        }
    }
}
