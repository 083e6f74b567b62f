package dev.penny.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Parameter and result types of a task function, written {@code (i32,bytes)->string} or {@code (f64)->()}.
 *
 * @param parameters at most {@value #PARAMETERS_MAX}
 * @param result empty for a function without a result
 */
public record Signature(List<ValueType> parameters, Optional<ValueType> result) {

    /** A frame has room for this many arguments. */
    public static final int PARAMETERS_MAX = 8;

    /** Checks the arity and copies the list. */
    public Signature {
        parameters = List.copyOf(parameters);
        if (parameters.size() > PARAMETERS_MAX) {
            throw new SignatureException("too many parameters: signature=%s, parameters=%d, limit=%d"
                    .formatted(text(parameters, result), parameters.size(), PARAMETERS_MAX));
        }
    }

    /**
     * Reads a signature.
     *
     * @throws SignatureException if the text is not of the form {@code (type,...)->type} or {@code (type,...)->()}
     */
    public static Signature parse(String text) {
        String compact = text.replaceAll("\\s", "");
        int arrow = compact.indexOf(")->");
        if (!compact.startsWith("(") || arrow < 0) {
            throw malformed(text, "expected the form (i32,bytes)->string");
        }
        List<ValueType> parameters = new ArrayList<>();
        String inner = compact.substring(1, arrow);
        if (!inner.isEmpty()) {
            for (String name : inner.split(",", -1)) {
                parameters.add(type(text, name));
            }
        }
        String result = compact.substring(arrow + 3);
        return new Signature(parameters, result.equals("()") ? Optional.empty() : Optional.of(type(text, result)));
    }

    /** True if any parameter or the result travels through linear memory. */
    public boolean usesBlocks() {
        return parameters.stream().anyMatch(ValueType::isBlock) || result.filter(ValueType::isBlock).isPresent();
    }

    /** The text form, which {@link #parse} reads back. */
    @Override
    public String toString() {
        return text(parameters, result);
    }

    private static String text(List<ValueType> parameters, Optional<ValueType> result) {
        return parameters.stream().map(ValueType::text).collect(Collectors.joining(",", "(", ")->"))
                + result.map(ValueType::text).orElse("()");
    }

    private static ValueType type(String signature, String name) {
        return ValueType.of(name).orElseThrow(() -> malformed(signature,
                "unknown type '" + name + "', known: i32 i64 f32 f64 bytes string"));
    }

    private static SignatureException malformed(String text, String why) {
        return new SignatureException("not a signature: text='%s', %s".formatted(text, why));
    }
}
