package dev.penny.cli.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The keys of a mapping, read one by one; what does not have the expected form becomes a mistake and counts as absent. */
final class Fields {

    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+");

    private final Map<String, Yaml.Entry> entries = new HashMap<>();
    private final Span owner;
    private final Mistakes mistakes;

    /**
     * Refuses keys that are not known.
     *
     * @param owner where a missing key is reported
     */
    Fields(Yaml.Mapping mapping, Span owner, List<String> known, Mistakes mistakes) {
        this.owner = owner;
        this.mistakes = mistakes;
        Set<String> expected = Set.copyOf(known);
        for (Yaml.Entry entry : mapping.entries()) {
            String key = entry.key().text();
            entries.put(key, entry);
            if (!expected.contains(key)) {
                mistakes.add(entry.key().span(), "unknown key: key=%s%s".formatted(key, Mistakes.near(key, known)));
            }
        }
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    Optional<Yaml> any(String key) {
        return entry(key).map(Yaml.Entry::value);
    }

    /** The key itself, for messages about it. */
    Optional<Span> keyAt(String key) {
        return entry(key).map(entry -> entry.key().span());
    }

    private Optional<Yaml.Entry> entry(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** A key that must be there. */
    void need(String key, String what) {
        if (!has(key)) {
            mistakes.add(owner, "missing key: key=%s, expected %s".formatted(key, what));
        }
    }

    Optional<Yaml.Scalar> scalar(String key, String expected) {
        return any(key).flatMap(value -> scalar(value, key, expected));
    }

    Optional<Yaml.Mapping> mapping(String key, String expected) {
        return any(key).flatMap(value -> {
            if (value instanceof Yaml.Mapping found) {
                return Optional.of(found);
            }
            wrong(value, key, expected);
            return Optional.empty();
        });
    }

    Optional<Yaml.Sequence> list(String key, String expected) {
        return any(key).flatMap(value -> {
            if (value instanceof Yaml.Sequence found) {
                return Optional.of(found);
            }
            wrong(value, key, expected);
            return Optional.empty();
        });
    }

    /** One value, or a list of them. */
    List<Yaml.Scalar> oneOrMore(String key, String expected) {
        List<Yaml.Scalar> found = new ArrayList<>();
        any(key).ifPresent(value -> {
            List<Yaml> items = value instanceof Yaml.Sequence list ? list.items() : List.of(value);
            items.forEach(item -> scalar(item, key, expected).ifPresent(found::add));
        });
        return found;
    }

    Optional<Boolean> flag(String key) {
        return scalar(key, "true or false").flatMap(value -> switch (value.text()) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> {
                mistakes.add(value.span(), "not true or false: key=%s, value='%s'".formatted(key, value.text()));
                yield Optional.<Boolean>empty();
            }
        });
    }

    Optional<Integer> integer(Yaml.Scalar value, String key, int min, int max) {
        if (!WHOLE.matcher(value.text()).matches()) {
            mistakes.add(value.span(), "not a whole number: key=%s, value='%s', min=%d, max=%d".formatted(key, value.text(), min, max));
            return Optional.empty();
        }
        try {
            int number = Integer.parseInt(value.text());
            if (number >= min && number <= max) {
                return Optional.of(number);
            }
        } catch (NumberFormatException _) {
            // More digits than an int has.
        }
        mistakes.add(value.span(), "number out of range: key=%s, value=%s, min=%d, max=%d".formatted(key, value.text(), min, max));
        return Optional.empty();
    }

    /** Reads something, with a mistake where that fails. */
    <T, R> Optional<R> read(T from, Function<T, R> reader) {
        try {
            return Optional.of(reader.apply(from));
        } catch (MistakeException e) {
            mistakes.add(e.at(), e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Yaml.Scalar> scalar(Yaml value, String key, String expected) {
        if (value instanceof Yaml.Scalar scalar && !scalar.isNull()) {
            return Optional.of(scalar);
        }
        wrong(value, key, expected);
        return Optional.empty();
    }

    private void wrong(Yaml value, String key, String expected) {
        mistakes.add(value.span(), "wrong kind of value: key=%s, found %s, expected %s".formatted(key, value.kind(), expected));
    }
}
