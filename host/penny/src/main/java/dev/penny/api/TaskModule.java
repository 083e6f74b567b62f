package dev.penny.api;

import java.util.List;

/** A loaded module of task functions. Safe for use by any number of threads. */
public interface TaskModule {

    /** The name under which it was loaded; unique within its Penny. */
    String name();

    /** Where it came from. */
    ModuleKind kind();

    /** Functions whose signature is known, by name. */
    List<TaskFunction<?>> functions();

    /**
     * The function with this name, which must have exactly one known signature.
     *
     * @param name {@code name} or {@code name(types)->type}
     * @throws LinkException no such function (the message lists near names), or its signature must be given
     */
    TaskFunction<Object> function(String name);

    /**
     * The function with this name and signature.
     *
     * @throws LinkException no such function
     * @throws SignatureException the signature does not fit the function
     */
    TaskFunction<Object> function(String name, String signature);

    /** As {@link #function(String, String)} with the result's Java type checked. */
    <R> TaskFunction<R> function(String name, String signature, Class<R> resultType);

    /** What the module is written in. */
    enum ModuleKind {
        /** A wasm module with its own memory, one instance per worker. */
        WASM,
        /** A wasm module with one shared memory and an instance per worker. */
        SHARED_WASM,
        /** A JavaScript module, one context per worker. */
        JS,
        /** Java lambdas or annotated methods. */
        JAVA
    }
}
