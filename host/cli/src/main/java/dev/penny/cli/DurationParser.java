package dev.penny.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A length of time: {@code 500ms}, {@code 2s}, {@code 1.5s}, {@code 10m}, {@code 1h}. */
final class DurationParser implements ITypeConverter<Duration> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h)");

    @Override
    public Duration convert(String text) {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "not a length of time: value='%s', expected a number with ms, s, m or h, as 2s".formatted(text));
        }
        long unitNanos = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(1).toNanos();
            case "s" -> Duration.ofSeconds(1).toNanos();
            case "m" -> Duration.ofMinutes(1).toNanos();
            default -> Duration.ofHours(1).toNanos();
        };
        Duration duration = Duration.ofNanos((long) (Double.parseDouble(matcher.group(1)) * unitNanos));
        if (!duration.isPositive()) {
            throw new TypeConversionException("not a positive length of time: value='%s'".formatted(text));
        }
        return duration;
    }
}
