package dev.penny;

import dev.penny.api.JavaTask;
import dev.penny.api.TaskModule;
import dev.penny.internal.engine.JavaModuleDraft;
import java.util.Objects;

/** Collects Java lambdas into a module. Not thread safe. */
public final class JavaModuleBuilder {

    private final Penny penny;
    private final JavaModuleDraft draft;

    JavaModuleBuilder(Penny penny, String name) {
        this.penny = penny;
        this.draft = new JavaModuleDraft(Objects.requireNonNull(name, "name"));
    }

    /**
     * Adds a function that does not block.
     *
     * @throws dev.penny.api.SignatureException the signature cannot be read
     */
    public JavaModuleBuilder function(String function, String signature, JavaTask task) {
        draft.add(function, signature, Objects.requireNonNull(task, "task"), false);
        return this;
    }

    /** Adds a function that may block: it runs on a virtual thread and never holds a worker. */
    public JavaModuleBuilder blockingFunction(String function, String signature, JavaTask task) {
        draft.add(function, signature, Objects.requireNonNull(task, "task"), true);
        return this;
    }

    /** Registers the module. @throws dev.penny.api.LinkException the name is taken or two functions are the same */
    public TaskModule register() {
        return penny.registerJava(draft);
    }
}
