package dev.penny.cli;

import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import java.util.Optional;

/**
 * The FUNCTION of a command: {@code name}, or {@code name(types)->type} where the module does not tell the signature.
 *
 * @param name its name in the module
 * @param signature as given
 */
record FunctionArgument(String name, Optional<Signature> signature) {

    /**
     * Reads the argument.
     *
     * @throws UsageException if there is no name, or what follows it is not a signature
     */
    static FunctionArgument parse(String text) {
        int bracket = text.indexOf('(');
        String name = (bracket < 0 ? text : text.substring(0, bracket)).strip();
        if (name.isEmpty()) {
            throw new UsageException("function has no name: function='%s', expected name or name(types)->type".formatted(text));
        }
        if (bracket < 0) {
            return new FunctionArgument(name, Optional.empty());
        }
        try {
            return new FunctionArgument(name, Optional.of(Signature.parse(text.substring(bracket))));
        } catch (SignatureException e) {
            throw new UsageException("%s, function=%s".formatted(e.getMessage(), name), e);
        }
    }

    /** The function in this module. */
    TaskFunction<Object> in(TaskModule module) {
        return signature.map(given -> module.function(name, given.toString())).orElseGet(() -> module.function(name));
    }
}
