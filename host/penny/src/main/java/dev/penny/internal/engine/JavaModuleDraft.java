package dev.penny.internal.engine;

import dev.penny.api.JavaTask;
import dev.penny.api.Signature;
import dev.penny.internal.guest.JavaFunction;
import java.util.ArrayList;
import java.util.List;

/** Java lambdas on their way to a module. Not thread safe. */
public final class JavaModuleDraft {

    private final String name;
    private final List<JavaFunction> functions = new ArrayList<>();

    /** An empty module of this name. */
    public JavaModuleDraft(String name) {
        this.name = name;
    }

    /** Adds a function. @throws dev.penny.api.PennyException name or signature cannot be used */
    public void add(String function, String signature, JavaTask task, boolean blocking) {
        functions.add(new JavaFunction(function, Signature.parse(signature), task, blocking));
    }

    String name() {
        return name;
    }

    List<JavaFunction> functions() {
        return functions;
    }
}
