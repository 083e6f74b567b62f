package dev.penny.cli;

import dev.penny.api.Signature;
import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Turns the text of a command line or of an input line into an argument of a task function. */
final class ValueParser {

    private static final Pattern INTEGER = Pattern.compile("[+-]?(\\d{1,400}|0[xX][0-9a-fA-F]{1,400})");
    private static final int SHOWN_MAX = 100;
    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,9})?");
    private static final Map<String, Double> NAMED = Map.of("nan", Double.NaN, "inf", Double.POSITIVE_INFINITY,
            "+inf", Double.POSITIVE_INFINITY, "-inf", Double.NEGATIVE_INFINITY, "infinity", Double.POSITIVE_INFINITY,
            "+infinity", Double.POSITIVE_INFINITY, "-infinity", Double.NEGATIVE_INFINITY);

    private final Path directory;

    /** {@code @file} names are relative to this directory. */
    ValueParser(Path directory) {
        this.directory = directory;
    }

    /**
     * The arguments of one call.
     *
     * @throws UsageException wrong number of arguments, wrong type, a number out of range, or an unreadable {@code @file}
     */
    Object[] arguments(TaskFunction<?> function, List<String> texts) {
        Signature signature = function.signature();
        int arity = signature.parameters().size();
        if (texts.size() != arity) {
            throw new UsageException("wrong number of arguments: function=%s, expected=%d, given=%d%s"
                    .formatted(function.mangledName(), arity, texts.size(), texts.isEmpty() ? "" : " " + texts));
        }
        Object[] arguments = new Object[arity];
        for (int i = 0; i < arity; i++) {
            try {
                arguments[i] = argument(signature.parameters().get(i), texts.get(i));
            } catch (UsageException e) {
                throw new UsageException("%s, function=%s, argument=%d".formatted(e.getMessage(), function.mangledName(), i + 1), e);
            }
        }
        return arguments;
    }

    private Object argument(ValueType type, String text) {
        if (type == ValueType.BYTES && text.startsWith("hex:")) {
            return hex(text);
        }
        if (type.isBlock() && text.startsWith("@")) {
            byte[] content = file(text.substring(1));
            return type == ValueType.BYTES ? content : Text.utf8(content)
                    .orElseThrow(() -> new UsageException("file is not UTF-8 text: file=" + text.substring(1)));
        }
        return value(type, text);
    }

    /**
     * One value, with no special meaning of {@code hex:} and {@code @}.
     *
     * @throws UsageException wrong type or out of range
     */
    static Object value(ValueType type, String text) {
        return switch (type) {
            case I32 -> (int) integer(type, text, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case I64 -> integer(type, text, Long.MIN_VALUE, Long.MAX_VALUE);
            case F32 -> f32(text);
            case F64 -> f64(text);
            case BYTES -> text.getBytes(StandardCharsets.UTF_8);
            case STRING -> text;
        };
    }

    private static long integer(ValueType type, String text, long min, long max) {
        String trimmed = text.strip();
        if (!INTEGER.matcher(trimmed).matches()) {
            throw new UsageException("not an integer: value='%s', type=%s".formatted(shown(text), type.text()));
        }
        boolean negative = trimmed.startsWith("-");
        String digits = negative || trimmed.startsWith("+") ? trimmed.substring(1) : trimmed;
        boolean hexadecimal = digits.regionMatches(true, 0, "0x", 0, 2);
        BigInteger magnitude = hexadecimal ? new BigInteger(digits.substring(2), 16) : new BigInteger(digits);
        BigInteger value = negative ? magnitude.negate() : magnitude;
        if (value.compareTo(BigInteger.valueOf(min)) < 0 || value.compareTo(BigInteger.valueOf(max)) > 0) {
            throw new UsageException("number out of range: value=%s, type=%s, min=%d, max=%d".formatted(shown(text), type.text(), min, max));
        }
        return value.longValueExact();
    }

    private static float f32(String text) {
        Optional<Double> named = named(text);
        if (named.isPresent()) {
            return named.get().floatValue();
        }
        float value = Float.parseFloat(decimal(ValueType.F32, text));
        if (Float.isInfinite(value)) {
            throw tooLarge(ValueType.F32, text, String.valueOf(Float.MAX_VALUE));
        }
        return value;
    }

    private static double f64(String text) {
        Optional<Double> named = named(text);
        if (named.isPresent()) {
            return named.get();
        }
        double value = Double.parseDouble(decimal(ValueType.F64, text));
        if (Double.isInfinite(value)) {
            throw tooLarge(ValueType.F64, text, String.valueOf(Double.MAX_VALUE));
        }
        return value;
    }

    /** A message is to be read; a line may have millions of characters. */
    private static String shown(String text) {
        return text.length() <= SHOWN_MAX ? text : "%s... (%d characters)".formatted(text.substring(0, SHOWN_MAX), text.length());
    }

    private static Optional<Double> named(String text) {
        return Optional.ofNullable(NAMED.get(text.strip().toLowerCase(Locale.ROOT)));
    }

    /** Java's own parser takes more forms: {@code 1f}, {@code 0x1p3}. */
    private static String decimal(ValueType type, String text) {
        String trimmed = text.strip();
        if (!DECIMAL.matcher(trimmed).matches()) {
            throw new UsageException("not a number: value='%s', type=%s".formatted(shown(text), type.text()));
        }
        return trimmed;
    }

    private static UsageException tooLarge(ValueType type, String text, String max) {
        return new UsageException("number out of range: value=%s, type=%s, min=-%s, max=%s".formatted(shown(text), type.text(), max, max));
    }

    private static byte[] hex(String text) {
        try {
            return HexFormat.of().parseHex(text, "hex:".length(), text.length());
        } catch (IllegalArgumentException e) {
            throw new UsageException("not hexadecimal: value='%s', expected hex: and pairs of 0-9 a-f".formatted(shown(text)), e);
        }
    }

    private byte[] file(String name) {
        Path file = directory.resolve(name);
        try {
            return Files.readAllBytes(file);
        } catch (IOException | OutOfMemoryError e) {
            throw new UsageException("cannot read: file=%s, reason=%s".formatted(name, Errors.reason(e)), e);
        }
    }
}
