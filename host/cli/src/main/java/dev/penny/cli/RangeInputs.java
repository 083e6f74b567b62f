package dev.penny.cli;

import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The numbers of {@code A..B}: A and what follows, without B. */
final class RangeInputs implements InputSource {

    private static final Pattern FORM = Pattern.compile("([+-]?\\d{1,100})\\.\\.([+-]?\\d{1,100})");
    /** Up to here every integer has an exact {@code f32} and {@code f64}. */
    private static final long F32_EXACT_MAX = 1L << 24;
    private static final long F64_EXACT_MAX = 1L << 53;

    private final Bounds bounds;
    private long next;

    /**
     * A range as given.
     *
     * @param from the first number
     * @param to the number after the last
     */
    record Bounds(long from, long to) {

        /**
         * Reads {@code A..B}.
         *
         * @throws UsageException if it is not of this form, reversed, empty, or too long to count
         */
        static Bounds parse(String text) {
            Matcher matcher = FORM.matcher(text.strip());
            if (!matcher.matches()) {
                throw new UsageException("not a range: range='%s', expected A..B as 0..100 (A included, B not)".formatted(text));
            }
            long from = bound(text, matcher.group(1));
            long to = bound(text, matcher.group(2));
            if (from == to) {
                throw new UsageException("empty range: range='%s', B is not part of A..B".formatted(text));
            }
            if (from > to) {
                throw new UsageException("reversed range: range='%s', A must be less than B".formatted(text));
            }
            if (to - from < 0) {
                throw new UsageException("range too long: range='%s', max=%d numbers".formatted(text, Long.MAX_VALUE));
            }
            return new Bounds(from, to);
        }

        long count() {
            return to - from;
        }

        @Override
        public String toString() {
            return from + ".." + to;
        }

        private static long bound(String text, String digits) {
            BigInteger value = new BigInteger(digits);
            if (value.bitLength() > 63) {
                throw new UsageException("range out of bounds: range='%s', value=%s, min=%d, max=%d"
                        .formatted(text, digits, Long.MIN_VALUE, Long.MAX_VALUE));
            }
            return value.longValueExact();
        }
    }

    /** The numbers from A to B - 1. */
    RangeInputs(Bounds bounds) {
        this.bounds = bounds;
        this.next = bounds.from();
    }

    @Override
    public String unit() {
        return "tasks";
    }

    @Override
    public OptionalLong total() {
        return OptionalLong.of(bounds.count());
    }

    @Override
    public long largestBytes() {
        return 0;
    }

    @Override
    public boolean numeric() {
        return true;
    }

    /** Refuses a parameter that cannot hold all numbers of the range exactly. */
    @Override
    public void check(TaskFunction<?> function) {
        ValueType type = function.signature().parameters().getFirst();
        long max = switch (type) {
            case I32 -> Integer.MAX_VALUE;
            case I64 -> Long.MAX_VALUE;
            case F32 -> F32_EXACT_MAX;
            case F64 -> F64_EXACT_MAX;
            case BYTES, STRING -> throw new UsageException("--range needs a function of one number: function=" + function.mangledName());
        };
        long min = type == ValueType.I32 || type == ValueType.I64 ? -max - 1 : -max;
        if (bounds.from() < min || bounds.to() - 1 > max) {
            throw new UsageException("range out of bounds: function=%s, range='%s', type=%s, min=%d, max=%d"
                    .formatted(function.mangledName(), bounds, type.text(), min, max));
        }
    }

    @Override
    public Optional<MapInput> next(ValueType type) {
        if (next == bounds.to()) {
            return Optional.empty();
        }
        long value = next++;
        return Optional.of(new MapInput.Ready(Long.toString(value), argument(type, value)));
    }

    @Override
    public void close() { }

    private static Object argument(ValueType type, long value) {
        return switch (type) {
            case I32 -> (int) value;
            case F32 -> (float) value;
            case F64 -> (double) value;
            case I64 -> value;
            case BYTES, STRING -> throw new IllegalStateException("checked before: type=" + type);
        };
    }
}
