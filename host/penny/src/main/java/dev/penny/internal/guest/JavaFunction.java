package dev.penny.internal.guest;

import dev.penny.api.JavaTask;
import dev.penny.api.LinkException;
import dev.penny.api.Signature;
import java.util.Objects;

/**
 * A task function written in Java.
 *
 * @param blocking true to run it on a virtual thread
 */
public record JavaFunction(String name, Signature signature, JavaTask task, boolean blocking) {

    /** Checks the name, which becomes part of {@code module/function(signature)}. */
    public JavaFunction {
        Objects.requireNonNull(signature, "signature");
        Objects.requireNonNull(task, "task");
        if (name.isBlank() || name.chars().anyMatch(c -> c == '/' || c == '(' || c == ')' || Character.isWhitespace(c))) {
            throw new LinkException("not a function name: name='%s', refused=blanks / ( )".formatted(name));
        }
    }
}
