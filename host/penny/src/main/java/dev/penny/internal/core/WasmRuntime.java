package dev.penny.internal.core;

import dev.penny.api.LinkException;
import dev.penny.api.LoadException;
import dev.penny.api.RuntimeUnusableException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotAccess;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.ByteSequence;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.graalvm.polyglot.proxy.ProxyObject;

/**
 * One GraalVM engine and the one wasm context that all workers share. The only class that knows the undocumented members of
 * GraalWasm's {@code WebAssembly} binding; it tests them when it starts.
 */
public final class WasmRuntime implements AutoCloseable {

    /**
     * What guests may do with host objects: nothing, but read the buffers they are given. All contexts of an engine must be made with
     * the very same object.
     */
    public static final HostAccess HOST_ACCESS = HostAccess.newBuilder().allowBufferAccess(true).build();

    /** With the default of 12,000 the worker loop is compiled with its search for work inlined and the tasks of a bulk not (decisions 0053, 0124). */
    private static final String INLINING_BUDGET = "30000";
    /** Present if the JVM was started with {@code -XX:+EnableJVMCI}. */
    private static final String JVMCI = "jdk.internal.vm.ci";

    private final Engine engine;
    private final Context primer;
    private final Context context;
    private final Value memoryAsByteBuffer;

    private WasmRuntime(Engine engine, Context primer, Context context, Value memoryAsByteBuffer) {
        this.engine = engine;
        this.primer = primer;
        this.context = context;
        this.memoryAsByteBuffer = memoryAsByteBuffer;
    }

    /**
     * Starts engine and context.
     *
     * @throws RuntimeUnusableException if GraalWasm is missing or lacks what Penny needs
     */
    public static WasmRuntime start() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        // GraalVM finds its languages through the context class loader, which containers set to something else.
        Thread.currentThread().setContextClassLoader(WasmRuntime.class.getClassLoader());
        try {
            Engine engine = makeEngine();
            RuntimeProbe.warnIfInterpreted(engine);
            // Only in an engine that has seen another wasm context do the instances of a module share compiled code.
            Context primer = wasmContext(engine);
            primer.initialize("wasm");
            Context context = wasmContext(engine);
            context.initialize("wasm");
            Value binding = context.getPolyglotBindings().getMember("WebAssembly");
            return new WasmRuntime(engine, primer, context, wireMemoryFunctions(binding));
        } catch (IllegalArgumentException | PolyglotException e) {
            throw new RuntimeUnusableException("GraalWasm cannot be started: reason=" + e.getMessage(), e);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static Engine makeEngine() {
        if (ModuleLayer.boot().findModule(JVMCI).isEmpty()) {
            return engineBuilder().build(); // The interpreter has no compiler options, and refuses them loudly.
        }
        try {
            return engineBuilder()
                    .option("compiler.InliningExpansionBudget", INLINING_BUDGET)
                    .option("compiler.InliningInliningBudget", INLINING_BUDGET)
                    .build();
        } catch (IllegalArgumentException e) {
            return engineBuilder().build(); // There is a compiler interface, but no compiler that fits.
        }
    }

    private static Engine.Builder engineBuilder() {
        return Engine.newBuilder()
                .allowExperimentalOptions(true)
                .option("engine.WarnInterpreterOnly", "false")
                .option("engine.WarnVirtualThreadSupport", "false");
    }

    private static Context wasmContext(Engine engine) {
        return Context.newBuilder("wasm")
                .engine(engine)
                .allowExperimentalOptions(true)
                .option("wasm.Threads", "true")
                .option("wasm.UseUnsafeMemory", "true")
                .option("wasm.MultiMemory", "true")
                // One memory class for shared and unshared memories: memory.copy between the two needs it.
                .option("wasm.DirectByteBufferMemoryAccess", "true")
                .allowHostAccess(HOST_ACCESS)
                .allowPolyglotAccess(PolyglotAccess.newBuilder().allowBindingsAccess("wasm").build())
                .build();
    }

    private static Value wireMemoryFunctions(Value binding) {
        if (binding == null || !binding.hasMember("mem_as_byte_buffer") || !binding.hasMember("mem_set_notify_callback")) {
            throw new RuntimeUnusableException("this GraalWasm lacks members Penny needs: "
                    + "missing=WebAssembly.mem_as_byte_buffer or mem_set_notify_callback, tested with=25.0.2");
        }
        // The linker's start function of a shared-memory module uses notify; nobody ever waits, so nobody is woken.
        binding.getMember("mem_set_notify_callback").execute((ProxyExecutable) arguments -> 0);
        return binding.getMember("mem_as_byte_buffer");
    }

    /** The engine, for further contexts (JavaScript) that share its code cache. */
    public Engine engine() {
        return engine;
    }

    /** The context that every worker thread enters. */
    public Context context() {
        return context;
    }

    /**
     * Parses and validates a wasm module.
     *
     * @return the module; {@link #instantiate} makes instances of it
     * @throws LoadException if the bytes are not a valid module
     */
    public Value compile(String name, byte[] wasm) {
        try {
            return context.eval(Source.newBuilder("wasm", ByteSequence.create(wasm), name).buildLiteral());
        } catch (PolyglotException e) {
            throw new LoadException("not a valid wasm module: module=%s, bytes=%d, reason=%s"
                    .formatted(name, wasm.length, e.getMessage()), e);
        }
    }

    /**
     * Makes an instance.
     *
     * @param imports module name to field name to function, memory, table or global
     * @return the instance's exports
     * @throws LinkException if an import is missing or has the wrong type, or the start function trapped
     */
    public Value instantiate(String name, Value module, Map<String, Map<String, Object>> imports) {
        Map<String, Object> proxies = new LinkedHashMap<>();
        imports.forEach((key, fields) -> proxies.put(key, ProxyObject.fromMap(fields)));
        try {
            return module.newInstance(ProxyObject.fromMap(proxies)).getMember("exports");
        } catch (PolyglotException e) {
            throw new LinkException("cannot instantiate: module=%s, reason=%s".formatted(name, e.getMessage()), e);
        }
    }

    /** The bytes of a memory, live. For an unshared memory the buffer is stale once the memory has grown. */
    public ByteBuffer bufferOf(Value memory) {
        return memoryAsByteBuffer.execute(memory).as(ByteBuffer.class);
    }

    @Override
    public void close() {
        context.close(true);
        primer.close(true);
        engine.close(true);
    }
}
