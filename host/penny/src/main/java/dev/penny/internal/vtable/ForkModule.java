package dev.penny.internal.vtable;

import static dev.penny.internal.vtable.WasmType.I32;
import static dev.penny.internal.vtable.WasmType.I64;

import dev.penny.internal.core.CoreForks;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.vtable.WasmWriter.Kind;
import dev.penny.internal.vtable.WasmWriter.Pages;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.graalvm.polyglot.Value;

/**
 * The fork imports of wasm guests, a generated module between a guest and the core instance of its worker. It knows the worker and the
 * guest's own job slot, so a guest can fork nothing but itself, and it turns a failed fork into a trap.
 *
 * <p>Exports {@code poll() -> i32}, {@code fork(run, w0..w6) -> handle}, {@code join(handle) -> i32}, {@code result() -> i64} and
 * {@code await(handle) -> i64}; {@code guest-modules/sdk/penny_fork.h} says what they do.
 */
public final class ForkModule {

    /** Words of a fork beside the one that says what to run. */
    public static final int WORDS = 7;

    private static final String NAME = "penny-fork.glue";
    private static final List<WasmType> ONE_I32 = List.of(I32);
    private static final List<WasmType> TWO_I32 = List.of(I32, I32);

    private final Value compiled;

    private ForkModule(Value compiled) {
        this.compiled = compiled;
    }

    /** Compiles it. */
    public static ForkModule compile(WasmRuntime runtime) {
        return new ForkModule(runtime.compile(NAME, bytes()));
    }

    /**
     * The functions for one instance of a guest, by name.
     *
     * @param jobSlot what thieves run; any if the guest does not import {@code fork}
     */
    public Map<String, Object> link(WorkerLink link, int jobSlot) {
        CoreForks forks = link.forks();
        Value instance = link.runtime().instantiate(NAME, compiled, Map.of("core", Map.of("memory", link.memoryValue(), "poll", forks.poll(),
                "alloc", forks.alloc(), "push", forks.push(), "join", forks.join(), "run", forks.run(), "release", forks.release())));
        instance.getMember("init").executeVoid(link.worker(), jobSlot, link.failedChildRef());
        Map<String, Object> functions = new HashMap<>();
        for (String name : List.of("poll", "fork", "join", "result", "await")) {
            functions.put(name, instance.getMember(name));
        }
        return functions;
    }

    private static byte[] bytes() {
        WasmWriter module = new WasmWriter();
        module.importMemory("core", "memory", new Pages(0, SystemModules.PAGES_MAX, true));
        int poll = module.importFunction("core", "poll", ONE_I32, ONE_I32);
        int alloc = module.importFunction("core", "alloc", TWO_I32, ONE_I32);
        int push = module.importFunction("core", "push", TWO_I32, ONE_I32);
        int join = module.importFunction("core", "join", TWO_I32, ONE_I32);
        int run = module.importFunction("core", "run", TWO_I32, ONE_I32);
        int release = module.importFunction("core", "release", TWO_I32, List.of());
        int worker = module.global(I32, true, new CodeWriter().i32Const(0));
        int slot = module.global(I32, true, new CodeWriter().i32Const(0));
        int failedChild = module.global(I32, true, new CodeWriter().i32Const(0));
        int result = module.global(I64, true, new CodeWriter().i64Const(0));

        int finish = module.function(TWO_I32, List.of(), List.of(), finish(worker, failedChild, result, release));
        module.export("init", Kind.FUNCTION, module.function(List.of(I32, I32, I32), List.of(), List.of(),
                new CodeWriter().localGet(0).globalSet(worker).localGet(1).globalSet(slot).localGet(2).globalSet(failedChild)));
        module.export("poll", Kind.FUNCTION, module.function(List.of(), ONE_I32, List.of(),
                new CodeWriter().globalGet(worker).call(poll)));
        module.export("fork", Kind.FUNCTION, module.function(forkParameters(), ONE_I32, ONE_I32, fork(worker, slot, alloc, push)));
        module.export("join", Kind.FUNCTION, module.function(ONE_I32, ONE_I32, ONE_I32, join(worker, join, release, finish)));
        module.export("result", Kind.FUNCTION, module.function(List.of(), List.of(I64), List.of(), new CodeWriter().globalGet(result)));
        module.export("await", Kind.FUNCTION, module.function(ONE_I32, List.of(I64), ONE_I32, await(worker, result, join, run, finish)));
        return module.toByteArray();
    }

    /** {@code run}, then the words. */
    private static List<WasmType> forkParameters() {
        return java.util.stream.Stream.concat(ONE_I32.stream(), Collections.nCopies(WORDS, I64).stream()).toList();
    }

    /** {@code (job, state)}: keeps the result of a fork that is done; traps for any other. */
    private static CodeWriter finish(int worker, int failedChild, int result, int release) {
        return new CodeWriter()
                .localGet(1).i32Const(CoreLayout.FRAME_STATE_DONE).op(CodeWriter.I32_EQ).ifThen()
                .localGet(0).load(I64, 0, CoreLayout.FRAME_RESULT).globalSet(result)
                .globalGet(worker).localGet(0).call(release)
                .op(CodeWriter.RETURN).end()
                // State 0: not a fork of this task; there is no frame to blame then.
                .localGet(1).ifThen().globalGet(failedChild).localGet(0).store(I32, 0, 0).end()
                .op(CodeWriter.UNREACHABLE);
    }

    private static CodeWriter fork(int worker, int slot, int alloc, int push) {
        int job = WORDS + 1;
        CodeWriter code = new CodeWriter()
                .globalGet(worker).globalGet(slot).call(alloc).localTee(job)
                .op(CodeWriter.I32_EQZ).ifThen().i32Const(0).op(CodeWriter.RETURN).end()
                .localGet(job).localGet(0).op(CodeWriter.I64_EXTEND_I32_U).store(I64, 0, CoreLayout.FRAME_ARGS);
        for (int word = 0; word < WORDS; word++) {
            code.localGet(job).localGet(1 + word).store(I64, 0, CoreLayout.FRAME_ARGS + GlueModule.argumentOffset(word));
        }
        // A full deque keeps it here; it is joined like one that nobody stole.
        return code.globalGet(worker).localGet(job).call(push).op(CodeWriter.DROP).localGet(job);
    }

    private static CodeWriter join(int worker, int join, int release, int finish) {
        return new CodeWriter()
                .globalGet(worker).localGet(0).call(join).localTee(1)
                .i32Const(CoreLayout.FRAME_STATE_READY).op(CodeWriter.I32_EQ).ifThen()
                .globalGet(worker).localGet(0).call(release).i32Const(1).op(CodeWriter.RETURN).end()
                .localGet(0).localGet(1).call(finish).i32Const(0);
    }

    private static CodeWriter await(int worker, int result, int join, int run, int finish) {
        return new CodeWriter()
                .globalGet(worker).localGet(0).call(join).localTee(1)
                .i32Const(CoreLayout.FRAME_STATE_READY).op(CodeWriter.I32_EQ).ifThen()
                .globalGet(worker).localGet(0).call(run).localSet(1).end()
                .localGet(0).localGet(1).call(finish).globalGet(result);
    }
}
