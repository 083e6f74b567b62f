package dev.penny;

import dev.penny.api.JavaTask;
import dev.penny.api.Signature;
import dev.penny.api.TaskModule;
import dev.penny.internal.engine.ModuleLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Collects Java lambdas into a module. Not thread safe. */
public final class JavaModuleBuilder {

    private final Penny penny;
    private final String name;
    private final List<ModuleLoader.JavaFunction> functions = new ArrayList<>();

    JavaModuleBuilder(Penny penny, String name) {
        this.penny = penny;
        this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * Adds a function that does not block.
     *
     * @throws dev.penny.api.SignatureException the signature cannot be read
     */
    public JavaModuleBuilder function(String function, String signature, JavaTask task) {
        functions.add(new ModuleLoader.JavaFunction(function, Signature.parse(signature), Objects.requireNonNull(task, "task"), false));
        return this;
    }

    /** Adds a function that may block: it runs on a virtual thread and never holds a worker. */
    public JavaModuleBuilder blockingFunction(String function, String signature, JavaTask task) {
        functions.add(new ModuleLoader.JavaFunction(function, Signature.parse(signature), Objects.requireNonNull(task, "task"), true));
        return this;
    }

    /** Registers the module. @throws dev.penny.api.LinkException the name is taken or two functions are the same */
    public TaskModule register() {
        return penny.registerJava(name, functions);
    }
}
