package dev.penny.cli.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an expression from a part of a scalar. */
final class ExpressionParser {

    static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final int DEPTH_MAX = 50;
    private static final int DIGITS_MAX = 18;
    /** An expression is calculated by recursion, a level per operator. */
    private static final int OPERATORS_MAX = 1_000;

    private final Yaml.Scalar source;
    private final int end;
    private int at;
    private int depth;
    private int operators;

    ExpressionParser(Yaml.Scalar source, int from, int to) {
        this.source = source;
        this.at = from;
        this.end = to;
    }

    /** The one expression of this part. @throws MistakeException it is something else */
    Expression only() {
        Expression expression = sum();
        space();
        if (at < end) {
            throw unexpected("an operator or the end");
        }
        return expression;
    }

    /** The expressions between commas. */
    List<Expression> list() {
        List<Expression> expressions = new ArrayList<>(List.of(sum()));
        while (take(",")) {
            expressions.add(sum());
        }
        if (at < end) {
            throw unexpected("a comma or ]");
        }
        return expressions;
    }

    private Expression sum() {
        Expression left = product();
        while (true) {
            space();
            int start = at;
            if (take("+")) {
                left = binary('+', left, product(), start);
            } else if (take("-")) {
                left = binary('-', left, product(), start);
            } else {
                return left;
            }
        }
    }

    private Expression product() {
        Expression left = operand();
        while (true) {
            space();
            int start = at;
            if (take("*")) {
                left = binary('*', left, operand(), start);
            } else if (take("/")) {
                left = binary('/', left, operand(), start);
            } else if (take("%")) {
                left = binary('%', left, operand(), start);
            } else {
                return left;
            }
        }
    }

    private Expression binary(char operator, Expression left, Expression right, int start) {
        if (++operators > OPERATORS_MAX) {
            throw new MistakeException(part(start, start + 1), "expression too long: max=%d operators".formatted(OPERATORS_MAX));
        }
        return new Expression.Binary(operator, left, right, part(start, at));
    }

    private Expression operand() {
        space();
        int start = at;
        if (++depth > DEPTH_MAX) {
            throw new MistakeException(part(start, start + 1), "nested too deep: max=%d brackets".formatted(DEPTH_MAX));
        }
        Expression operand;
        if (take("(")) {
            operand = sum();
            if (!take(")")) {
                throw unexpected(")");
            }
        } else if (take("-")) {
            operand = new Expression.Binary('-', new Expression.Constant(new Value.Number(0)), operand(), part(start, at));
        } else if (take("'")) {
            operand = quoted(start);
        } else if (at < end && isDigit(source.text().charAt(at))) {
            operand = number();
        } else {
            operand = variable();
        }
        depth--;
        return operand;
    }

    private Expression quoted(int start) {
        int close = source.text().indexOf('\'', at);
        if (close < 0 || close >= end) {
            throw new MistakeException(part(start, end), "quote is not closed: expected '");
        }
        Value text = new Value.Text(source.text().substring(at, close));
        at = close + 1;
        return new Expression.Constant(text);
    }

    private Expression number() {
        int start = at;
        while (at < end && isDigit(source.text().charAt(at))) {
            at++;
        }
        if (at - start > DIGITS_MAX) {
            throw new MistakeException(part(start, at), "number too long: max=%d digits".formatted(DIGITS_MAX));
        }
        return new Expression.Constant(new Value.Number(Long.parseLong(source.text().substring(start, at))));
    }

    private Expression variable() {
        Matcher name = NAME.matcher(source.text()).region(at, end);
        if (!name.lookingAt()) {
            throw unexpected("a number, a variable or (");
        }
        int start = at;
        at = name.end();
        String part = "";
        if (at < end && source.text().charAt(at) == '.') {
            Matcher field = NAME.matcher(source.text()).region(at + 1, end);
            if (!field.lookingAt()) {
                at++;
                throw unexpected("name, stem or dir");
            }
            part = field.group();
            at = field.end();
        }
        return new Expression.Variable(name.group(), part, part(start, at));
    }

    private boolean take(String wanted) {
        space();
        if (at + wanted.length() <= end && source.text().startsWith(wanted, at)) {
            at += wanted.length();
            return true;
        }
        return false;
    }

    private void space() {
        while (at < end && source.text().charAt(at) == ' ') {
            at++;
        }
    }

    private MistakeException unexpected(String expected) {
        space();
        String found = at < end ? "'" + Character.toString(source.text().codePointAt(at)) + "'" : "the end";
        return new MistakeException(part(Math.min(at, end), Math.min(at + 1, end)), "unexpected %s: expected %s".formatted(found, expected));
    }

    private Span part(int from, int to) {
        return source.part(from, Math.max(from, to));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
