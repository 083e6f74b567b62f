package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.Outcome;
import dev.penny.api.PennyException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskResults;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A run of a pipeline: every input is a row of nodes of one window, one per stage, each of which takes the result of the one before. Edges
 * between rows keep the order of serial stages and bound the queues; a stage of some width has a semaphore.
 *
 * <p>Each of the {@code queue} classes of tokens, by number modulo {@code queue}, has at most one token between the beginning of a stage
 * and the end of the next, since the next of the class waits for that. So there are never more of them.
 *
 * <p><b>Threads:</b> one at a time, but for {@link #cancel}.
 */
final class PipelineRun implements TaskResults<Object>, LiveWindow.Retirement {

    private static final int NO_SEMAPHORE = -1;

    private final PipelineDraft.Plan plan;
    private final Scheduler scheduler;
    private final List<PipelineDraft.Stage> stages;
    private final Inputs inputs;
    private final LiveWindow window;
    private final LiveNode node = new LiveNode();
    private final int[] semaphores;
    private final int semaphoreCount;
    private final int semaphoreRef;
    /** Inputs whose outcome was not yet taken. */
    private final ArrayDeque<Token> taken = new ArrayDeque<>();
    /** Of these, inputs that are in the pipeline. */
    private final ArrayDeque<Token> under = new ArrayDeque<>();
    /** Of the node that retired last. */
    private long lastResult;
    private boolean lastIsDone;
    /** Of the input that retires now. */
    private PennyException failure;
    private volatile boolean cancelled;
    private boolean closed;

    private static final class Token {
        private Outcome<Object> outcome;
    }

    PipelineRun(PipelineDraft.Plan plan, Iterator<?> inputs) {
        this.plan = plan;
        this.scheduler = plan.scheduler();
        this.stages = plan.list();
        this.inputs = new Inputs(inputs);
        scheduler.checkOpen(plan);
        this.semaphores = new int[stages.size()];
        int count = 0;
        for (int stage = 0; stage < stages.size(); stage++) {
            boolean needed = !stages.get(stage).inOrder() && stages.get(stage).width() < plan.tokens();
            semaphores[stage] = needed ? count++ : NO_SEMAPHORE;
        }
        this.semaphoreCount = count;
        this.window = new LiveWindow(scheduler, plan.name(), plan.tokens() * stages.size(), this);
        this.semaphoreRef = placeSemaphores();
    }

    private int placeSemaphores() {
        if (semaphoreCount == 0) {
            return 0;
        }
        CoreMemory memory = scheduler.memory();
        int ref = allocateOrClose(semaphoreBytes());
        int indices = ref + semaphoreCount * CoreLayout.SEMAPHORE_BYTES;
        for (int stage = 0; stage < stages.size(); stage++) {
            if (semaphores[stage] != NO_SEMAPHORE) {
                memory.putLong(ref + semaphores[stage] * CoreLayout.SEMAPHORE_BYTES,
                        (long) stages.get(stage).width() << CoreLayout.SEMAPHORE_PERMITS_SHIFT);
                memory.putInt(indices + 4 * semaphores[stage], semaphores[stage]);
            }
        }
        window.graph().semaphores(ref, semaphoreCount, indices);
        return ref;
    }

    private int allocateOrClose(int bytes) {
        try {
            return scheduler.submitter().allocateLasting(bytes, plan);
        } catch (PennyException e) {
            window.close();
            throw e;
        }
    }

    private int semaphoreBytes() {
        return semaphoreCount * (CoreLayout.SEMAPHORE_BYTES + 4);
    }

    // ---- in

    private void fill() {
        window.retireEnded();
        while (!closed && !cancelled && under.size() < plan.tokens() && taken.size() < 2 * plan.tokens() && inputs.hasNext()) {
            scheduler.checkOpen(plan);
            Object input = inputs.next();
            Token token = new Token();
            taken.add(token);
            try {
                LoadedFunction<?> first = stages.getFirst().function();
                Object[] arguments = first.marshaller().prepare(input instanceof Object[] several ? several : new Object[] {input});
                window.makeRoom();
                window.reserve(first, first.marshaller().blockBytes(arguments));
                under.add(token);
                issue(arguments);
            } catch (SignatureException | CapacityException refusal) {
                token.outcome = new Outcome.Failed<>(refusal);
            }
        }
    }

    /** The whole row: the window has room for it, so an input is in the pipeline or not. */
    private void issue(Object[] arguments) {
        int row = stages.size();
        for (int index = 0; index < row; index++) {
            PipelineDraft.Stage stage = stages.get(index);
            if (index > 0) {
                window.reserve(stage.function(), stage.blockBytes());
            }
            node.begin(stage.function(), stage.terms());
            long number = window.next();
            if (index == 0) {
                for (int i = 0; i < arguments.length; i++) {
                    node.value(i, arguments[i]);
                }
            } else {
                takeResult(stage, number);
            }
            if (stage.inOrder()) {
                waitsFor(number - row);
            }
            if (semaphores[index] != NO_SEMAPHORE) {
                node.acquires(semaphores[index]);
            }
            if (index + 1 < row && plan.queue() < plan.tokens()) {
                waitsFor(number + 1 - (long) plan.queue() * row);
            }
            window.issue(node);
        }
    }

    private void takeResult(PipelineDraft.Stage stage, long number) {
        if (number - 1 >= window.oldest()) {
            node.waitsFor(number - 1, 1, false);
        } else if (lastIsDone) {
            node.word(0, lastResult);
        } else {
            node.kill();
        }
        for (int i = 0; i < stage.more().size(); i++) {
            node.value(1 + i, stage.more().get(i));
        }
    }

    private void waitsFor(long number) {
        if (number >= window.oldest()) {
            node.waitsFor(number, 0, true);
        }
    }

    // ---- out

    /** A stage's block is freed when the next stage, which reads it, retires. */
    @Override
    public void retired(long number, int ref, int state) {
        int index = (int) (number % stages.size());
        LoadedFunction<?> function = stages.get(index).function();
        if (index > 0 && lastIsDone && stages.get(index - 1).function().marshaller().resultIsBlock()) {
            scheduler.graphs().freeResult(CoreMemory.blockRef(lastResult));
        }
        lastIsDone = state == CoreLayout.FRAME_STATE_DONE;
        lastResult = scheduler.memory().getLong(ref + CoreLayout.NODE_RESULT);
        if (state == CoreLayout.FRAME_STATE_FAILED) {
            failure = window.failure(number);
        }
        if (index + 1 == stages.size()) {
            Token token = under.remove();
            token.outcome = lastIsDone ? new Outcome.Done<>(function.read(scheduler.memory(), ref + CoreLayout.NODE_RESULT))
                    : new Outcome.Failed<>(failure != null ? failure : scheduler.cancelledFailure(function));
            failure = null;
            if (lastIsDone && function.marshaller().resultIsBlock()) {
                scheduler.graphs().freeResult(CoreMemory.blockRef(lastResult));
            }
        }
    }

    @Override
    public boolean hasNext() {
        if (!closed) {
            fill();
        }
        if (taken.isEmpty()) {
            close();
            inputs.throwFailure();
            return false;
        }
        return true;
    }

    @Override
    public Outcome<Object> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Token first = taken.remove();
        try {
            while (first.outcome == null) {
                window.retire();
            }
        } catch (PennyException ended) {
            lost(ended);
        }
        return first.outcome;
    }

    /** The scheduler has ended: what is in the pipeline never comes out. */
    private void lost(PennyException cause) {
        under.forEach(token -> token.outcome = new Outcome.Failed<>(cause));
        under.clear();
    }

    @Override
    public void cancel() {
        cancelled = true;
        window.cancel();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        cancel();
        try {
            while (!under.isEmpty()) {
                window.retire();
            }
        } catch (PennyException ended) {
            lost(ended);
        } finally {
            taken.clear();
            if (semaphoreCount > 0) {
                scheduler.argumentRegion().freeLasting(semaphoreRef, semaphoreBytes());
            }
            window.close();
        }
    }
}
