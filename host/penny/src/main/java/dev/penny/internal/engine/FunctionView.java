package dev.penny.internal.engine;

import dev.penny.api.Signature;
import dev.penny.api.TaskModule;

/** A function on other terms than its own. */
final class FunctionView<R> extends FunctionCalls<R> {

    private final LoadedFunction<R> function;
    private final Terms terms;

    FunctionView(LoadedFunction<R> function, Terms terms) {
        this.function = function;
        this.terms = terms;
    }

    @Override
    LoadedFunction<R> loaded() {
        return function;
    }

    @Override
    Terms terms() {
        return terms;
    }

    @Override
    public TaskModule module() {
        return function.module();
    }

    @Override
    public String name() {
        return function.name();
    }

    @Override
    public Signature signature() {
        return function.signature();
    }

    @Override
    public String mangledName() {
        return function.mangledName();
    }

    @Override
    public String toString() {
        return function.toString();
    }
}
