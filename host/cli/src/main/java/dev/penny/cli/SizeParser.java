package dev.penny.cli;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes: {@code 65536}, {@code 512K}, {@code 64MiB}, {@code 1g}. Units are powers of 1024. */
final class SizeParser implements ITypeConverter<Long> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,400})(?:([kmg])(?:i?b)?)?");
    private static final Map<String, Integer> SHIFT = Map.of("k", 10, "m", 20, "g", 30);

    @Override
    public Long convert(String text) {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException("not a size: value='%s', expected a number with K, M or G, as 64M".formatted(text));
        }
        try {
            int shift = matcher.group(2) == null ? 0 : SHIFT.get(matcher.group(2));
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new TypeConversionException("size out of range: value='%s', max=%d".formatted(text, Long.MAX_VALUE));
        }
    }
}
