package dev.penny.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A shell glob: {@code *}, {@code ?}, {@code [a-z]}, {@code [!a-z]} and {@code {a,b}} within a name, {@code **} for any number of
 * directories (none too), {@code \} before a character that is meant literally. As in a shell, a wildcard does not match a name
 * that starts with a dot unless the pattern's name starts with one.
 *
 * @param root {@code /} for an absolute pattern, else empty
 * @param segments the names between slashes
 */
record GlobPattern(String root, List<Segment> segments) {

    private static final int ALTERNATIVES_MAX = 10_000;

    /** One name of a pattern. */
    sealed interface Segment {
        /** A name without wildcards, {@code .} and {@code ..} too. */
        record Literal(String name) implements Segment { }

        /** A name with wildcards. */
        record Wildcard(Pattern pattern, boolean dotted) implements Segment {
            boolean matches(String name) {
                return (dotted || !name.startsWith(".")) && pattern.matcher(name).matches();
            }
        }

        /** {@code **}. */
        record AnyDirectories() implements Segment { }
    }

    /**
     * The patterns a text stands for: one, or several where it has braces.
     *
     * @throws UsageException if the text is empty or its braces stand for too many patterns
     */
    static List<GlobPattern> parse(String text) {
        if (text.isEmpty()) {
            throw new UsageException("empty glob: --files needs a name or a pattern");
        }
        List<String> alternatives = new ArrayList<>();
        expandBraces("", text, text, alternatives);
        return alternatives.stream().map(GlobPattern::compile).toList();
    }

    private static void expandBraces(String before, String rest, String whole, List<String> alternatives) {
        int open = findUnescaped(rest, '{', 0);
        int close = open < 0 ? -1 : matchingBrace(rest, open);
        if (close < 0) {
            if (alternatives.size() == ALTERNATIVES_MAX) {
                throw new UsageException("glob has too many alternatives: glob='%s', max=%d".formatted(whole, ALTERNATIVES_MAX));
            }
            alternatives.add(before + rest);
            return;
        }
        List<String> parts = splitAlternatives(rest.substring(open + 1, close));
        if (parts.size() == 1) {
            // Not an alternative, as in a shell: the braces are part of the name.
            expandBraces(before + rest.substring(0, open) + "\\{", rest.substring(open + 1), whole, alternatives);
            return;
        }
        for (String part : parts) {
            expandBraces(before + rest.substring(0, open), part + rest.substring(close + 1), whole, alternatives);
        }
    }

    private static int findUnescaped(String text, char wanted, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static int matchingBrace(String text, int open) {
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private static List<String> splitAlternatives(String inner) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '{') {
                depth++;
            } else if (c == '}') {
                depth--;
            } else if (c == ',' && depth == 0) {
                parts.add(inner.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(inner.substring(start));
        return parts;
    }

    private static GlobPattern compile(String text) {
        List<Segment> segments = new ArrayList<>();
        for (String name : text.split("/")) {
            boolean repeated = name.equals("**") && !segments.isEmpty() && segments.getLast() instanceof Segment.AnyDirectories;
            if (!name.isEmpty() && !repeated) {
                segments.add(segment(name));
            }
        }
        if (text.endsWith("/")) {
            // Only directories match, so no file does.
            segments.add(new Segment.Literal("."));
        }
        return new GlobPattern(text.startsWith("/") ? "/" : "", List.copyOf(segments));
    }

    private static Segment segment(String name) {
        if (name.equals("**")) {
            return new Segment.AnyDirectories();
        }
        StringBuilder regex = new StringBuilder();
        StringBuilder literal = new StringBuilder();
        boolean wild = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            int end = c == '[' ? name.indexOf(']', i + (name.startsWith("!", i + 1) || name.startsWith("^", i + 1) ? 3 : 2)) : -1;
            if (c == '*' || c == '?') {
                regex.append(c == '*' ? ".*" : ".");
                wild = true;
            } else if (end > 0) {
                regex.append(characterClass(name.substring(i + 1, end)));
                wild = true;
                i = end;
            } else {
                char plain = c == '\\' && i + 1 < name.length() ? name.charAt(++i) : c;
                regex.append(Pattern.quote(String.valueOf(plain)));
                literal.append(plain);
            }
        }
        if (!wild) {
            return new Segment.Literal(literal.toString());
        }
        try {
            return new Segment.Wildcard(Pattern.compile(regex.toString(), Pattern.DOTALL), name.startsWith("."));
        } catch (PatternSyntaxException e) {
            throw new UsageException("not a glob: name='%s', reason=%s".formatted(name, e.getDescription().toLowerCase(Locale.ROOT)), e);
        }
    }

    private static String characterClass(String inner) {
        boolean negated = inner.startsWith("!") || inner.startsWith("^");
        String members = (negated ? inner.substring(1) : inner).replaceAll("([\\\\\\[\\]&^])", "\\\\$1");
        return (negated ? "[^" : "[") + members + "]";
    }
}
