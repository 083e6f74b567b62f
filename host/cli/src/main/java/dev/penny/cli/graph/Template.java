package dev.penny.cli.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text with variables in it, or a reference to a task.
 *
 * @param source where it stands
 */
record Template(Yaml.Scalar source, List<Piece> pieces) {

    /** Names of tasks, modules and limits; variables have no dash, which would be a minus. */
    static final Pattern TASK_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    /** A part of the text. */
    sealed interface Piece {
        /** As it stands. */
        record Literal(String text) implements Piece { }

        /** The value of an expression. */
        record Insert(Expression expression) implements Piece { }

        /** A task's result. */
        record Result(Reference task) implements Piece { }
    }

    /**
     * A task, or one task of a {@code foreach}.
     *
     * @param indices values of its variables; empty for the task as a whole
     */
    record Reference(String task, List<Expression> indices, Span at) { }

    /**
     * Reads a scalar.
     *
     * @param isTask tells tasks from variables
     * @throws MistakeException it cannot be read
     */
    static Template parse(Yaml.Scalar source, Predicate<String> isTask) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        String text = source.text();
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("$${", at)) {
                literal.append("${");
                at += 3;
            } else if (text.startsWith("${", at)) {
                int close = close(text, at + 2);
                if (close < 0) {
                    throw new MistakeException(source.part(at, text.length()), "${ is not closed: expected }; write $${ for ${ as text");
                }
                if (!literal.isEmpty()) {
                    pieces.add(new Piece.Literal(literal.toString()));
                    literal.setLength(0);
                }
                pieces.add(piece(source, at + 2, close, isTask));
                at = close + 1;
            } else {
                literal.append(text.charAt(at++));
            }
        }
        if (!literal.isEmpty()) {
            pieces.add(new Piece.Literal(literal.toString()));
        }
        return new Template(source, pieces);
    }

    /** The name of a task with or without indices: {@code blur}, {@code blur[x, y]}, or the same between <code>${</code> and <code>}</code>. */
    static Reference reference(Yaml.Scalar source) {
        String text = source.text();
        boolean inserted = text.startsWith("${") && text.endsWith("}");
        return named(source, inserted ? 2 : 0, text.length() - (inserted ? 1 : 0), _ -> true).orElseThrow(() ->
                new MistakeException(source.span(), "not a task: value='%s', expected task or task[value]".formatted(text)));
    }

    /** The reference, if this is nothing else. */
    Optional<Reference> onlyReference() {
        return pieces.size() == 1 && pieces.getFirst() instanceof Piece.Result(Reference task) ? Optional.of(task) : Optional.empty();
    }

    /** The text with the variables' values. @throws MistakeException a task's result in it, or an expression has no value */
    String text(Scope scope) {
        StringBuilder text = new StringBuilder();
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Literal(String literal) -> text.append(literal);
                case Piece.Insert(Expression expression) -> text.append(expression.in(scope).text());
                case Piece.Result(Reference task) -> throw new MistakeException(task.at(),
                        "a result cannot be part of a text: task=%s, expected ${%s} as a whole argument".formatted(task.task(), task.task()));
            }
        }
        return text.toString();
    }

    /** The value of a single expression, else the text. */
    Value value(Scope scope) {
        return pieces.size() == 1 && pieces.getFirst() instanceof Piece.Insert(Expression expression)
                ? expression.in(scope) : Value.Text.of(text(scope));
    }

    private static Piece piece(Yaml.Scalar source, int from, int to, Predicate<String> isTask) {
        if (source.text().substring(from, to).isBlank()) {
            throw new MistakeException(source.part(from - 2, to + 1), "empty ${}: expected a task or a variable");
        }
        Optional<Reference> task = named(source, from, to, isTask);
        return task.<Piece>map(Piece.Result::new).orElseGet(() -> new Piece.Insert(new ExpressionParser(source, from, to).only()));
    }

    private static Optional<Reference> named(Yaml.Scalar source, int from, int to, Predicate<String> isTask) {
        int start = from;
        int end = to;
        while (start < end && source.text().charAt(start) == ' ') {
            start++;
        }
        while (end > start && source.text().charAt(end - 1) == ' ') {
            end--;
        }
        Matcher name = TASK_NAME.matcher(source.text()).region(start, end);
        if (!name.lookingAt()) {
            return Optional.empty();
        }
        Span at = source.part(start, name.end());
        if (name.end() == end) {
            return isTask.test(name.group()) ? Optional.of(new Reference(name.group(), List.of(), at)) : Optional.empty();
        }
        if (source.text().charAt(name.end()) != '[') {
            return Optional.empty();
        }
        if (source.text().charAt(end - 1) != ']') {
            throw new MistakeException(source.part(name.end(), end), "[ is not closed: expected ] at the end");
        }
        List<Expression> indices = new ExpressionParser(source, name.end() + 1, end - 1).list();
        return Optional.of(new Reference(name.group(), indices, at));
    }

    /** The brace that ends what begins here; quoted text may contain braces. */
    private static int close(String text, int from) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
            } else if (c == '}' && !quoted) {
                return i;
            }
        }
        return -1;
    }
}
