package dev.penny.cli.graph;

import java.util.List;

/** A calculation with variables, between <code>${</code> and <code>}</code> or in the brackets of a reference. */
sealed interface Expression {

    /** @throws MistakeException an unknown variable, text where a number is needed, a number out of range */
    Value in(Scope scope);

    /** A number or quoted text. */
    record Constant(Value value) implements Expression {
        @Override
        public Value in(Scope scope) {
            return value;
        }
    }

    /** A variable, or a part of a file's name. */
    record Variable(String name, String part, Span at) implements Expression {

        private static final List<String> PARTS = List.of("name", "stem", "dir");

        @Override
        public Value in(Scope scope) {
            Value value = scope.get(name).orElseThrow(() ->
                    new MistakeException(at, "no such variable: name=%s%s".formatted(name, Mistakes.near(name, scope.names()))));
            if (part.isEmpty()) {
                return value;
            }
            if (!(value instanceof Value.FileName file)) {
                throw new MistakeException(at, "not a file: variable=%s, only variables of files have .%s".formatted(name, part));
            }
            return switch (part) {
                case "name" -> new Value.Text(file.name());
                case "stem" -> new Value.Text(file.stem());
                case "dir" -> new Value.Text(file.dir());
                default -> throw new MistakeException(at, "no such part of a file name: part=%s%s".formatted(part, Mistakes.near(part, PARTS)));
            };
        }
    }

    /** Two operands. */
    record Binary(char operator, Expression left, Expression right, Span at) implements Expression {
        @Override
        public Value in(Scope scope) {
            long a = number(left.in(scope));
            long b = number(right.in(scope));
            try {
                return new Value.Number(switch (operator) {
                    case '+' -> Math.addExact(a, b);
                    case '-' -> Math.subtractExact(a, b);
                    case '*' -> Math.multiplyExact(a, b);
                    case '/' -> Math.divideExact(a, b);
                    case '%' -> a % b;
                    default -> throw new IllegalStateException("operator " + operator);
                });
            } catch (ArithmeticException e) {
                String why = b == 0 ? "division by zero" : "number out of range";
                throw new MistakeException(at, "%s: %d %c %d".formatted(why, a, operator, b));
            }
        }

        private long number(Value value) {
            if (value instanceof Value.Number(long number)) {
                return number;
            }
            throw new MistakeException(at, "not a whole number: value='%s', operator=%c".formatted(value.text(), operator));
        }
    }
}
