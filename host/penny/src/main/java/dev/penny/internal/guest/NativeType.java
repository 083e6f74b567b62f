package dev.penny.internal.guest;

import dev.penny.api.Signature;
import dev.penny.api.ValueType;
import dev.penny.internal.vtable.Thunk;
import dev.penny.internal.vtable.WasmType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A function type in wasm's own terms, value types by their names in the text format.
 *
 * @param parameters {@code i32}, {@code externref} ...
 */
record NativeType(List<String> parameters, List<String> results) {

    NativeType {
        parameters = List.copyOf(parameters);
        results = List.copyOf(results);
    }

    /** The type a function of this signature must have. */
    static NativeType of(Signature signature) {
        return new NativeType(names(Thunk.wasmParameters(signature)), names(Thunk.wasmResults(signature)));
    }

    private static List<String> names(List<WasmType> types) {
        return types.stream().map(type -> type.name().toLowerCase(Locale.ROOT)).toList();
    }

    /** The signature in numbers only; empty if there is none: references, vectors, too many parameters or results. */
    Optional<Signature> numericSignature() {
        if (parameters.size() > Signature.PARAMETERS_MAX || results.size() > 1) {
            return Optional.empty();
        }
        List<ValueType> types = new ArrayList<>();
        for (String parameter : parameters) {
            Optional<ValueType> type = ValueType.of(parameter);
            if (type.isEmpty()) {
                return Optional.empty();
            }
            types.add(type.get());
        }
        if (results.isEmpty()) {
            return Optional.of(new Signature(types, Optional.empty()));
        }
        return ValueType.of(results.getFirst()).map(result -> new Signature(types, Optional.of(result)));
    }

    /** Why no signature fits this type; empty if one does. */
    Optional<String> obstacle() {
        for (String type : parameters) {
            if (ValueType.of(type).isEmpty()) {
                return Optional.of("parameter type " + type + " is not supported");
            }
        }
        if (results.size() > 1) {
            return Optional.of("it has %d results, at most 1 is supported".formatted(results.size()));
        }
        if (!results.isEmpty() && ValueType.of(results.getFirst()).isEmpty()) {
            return Optional.of("result type " + results.getFirst() + " is not supported");
        }
        if (parameters.size() > 2 * Signature.PARAMETERS_MAX) {
            return Optional.of("it has %d parameters, too many for a task".formatted(parameters.size()));
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "(" + String.join(" ", parameters) + ") -> (" + String.join(" ", results) + ")";
    }
}
