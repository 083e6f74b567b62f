package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.api.Signature;
import dev.penny.api.TaskFailedException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.guest.JavaFunction;
import dev.penny.internal.guest.JavaGuest;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The closures that were given away, by the number of their frame, and the task function that runs them; also those that came from
 * outside of any task.
 *
 * <p><b>Threads:</b> any.
 */
final class ForkTable {

    /** The name of that function in messages. */
    static final String NAME = Modules.OWN_PREFIX + "fork/run(i64)->()";

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final int framesRef;
    private final AtomicReferenceArray<ClosureJob> byFrame;
    private final LoadedFunction<?> function;
    private final LoadedFunction<?> root;
    private final ConcurrentHashMap<Long, Root<?>> roots = new ConcurrentHashMap<>();
    private final AtomicLong rootNumbers = new AtomicLong();

    ForkTable(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.framesRef = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_FRAMES_REF);
        this.byFrame = new AtomicReferenceArray<>(memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_FRAME_COUNT));
        Signature signature = Signature.parse("(i64)->()");
        LoadedModule module = scheduler.modules().addOwn(JavaGuest.of(Modules.OWN_PREFIX + "fork", List.of(
                new JavaFunction("run", signature, call -> byFrame.getAcquire((int) call.i64(0)).runStolen(), false),
                new JavaFunction("root", signature, call -> roots.get(call.i64(0)).run(), false))));
        this.function = scheduler.modules().resolve(module, "run", signature);
        this.root = scheduler.modules().resolve(module, "root", signature);
    }

    /** A computation that came from outside of any task. */
    private static final class Root<R> {
        private final Callable<R> body;
        private R value;
        private PennyException failure;

        Root(Callable<R> body) {
            this.body = body;
        }

        void run() throws Exception {
            try {
                value = body.call();
            } catch (PennyException e) {
                failure = e;
                throw e;
            }
        }
    }

    /** Runs a closure as a task; the calling thread waits for it. */
    <R> R runRoot(Callable<R> body) {
        Root<R> made = new Root<>(body);
        long number = rootNumbers.incrementAndGet();
        roots.put(number, made);
        try {
            SubmittedTask<?> task = new SubmittedTask<>(scheduler, root, scheduler.submitter().defaults(), new Object[] {number});
            scheduler.submitter().submit(task);
            task.joinUnwrapped();
            return made.value;
        } catch (TaskFailedException e) {
            // Of a fork's own failures the type is part of the answer, inside of a task as outside.
            throw made.failure == null ? e : made.failure;
        } finally {
            roots.remove(number);
        }
    }

    int slot() {
        return function.slot();
    }

    private int number(int ref) {
        return (ref - framesRef) / CoreLayout.FRAME_BYTES;
    }

    /** Puts a job where the worker that runs this frame finds it. */
    void put(int ref, ClosureJob job) {
        byFrame.setRelease(number(ref), job);
        memory.putLong(ref + CoreLayout.FRAME_ARGS, number(ref));
    }

    void remove(int ref) {
        byFrame.setRelease(number(ref), null);
    }
}
