package dev.penny.internal.engine;

import dev.penny.api.Joined;
import dev.penny.api.ScopeOptions;
import dev.penny.api.TaskScope;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * Fork and join for Java code: inside a task on the {@link ForkStack} of its worker, anywhere else in a task of its own that the caller
 * waits for.
 *
 * <p><b>Threads:</b> any.
 */
public final class ForkJoin {

    /** A reduction has at most about this many leaves; the tree depends on the range alone, so that results do too. */
    private static final long LEAVES_MAX = 4096;

    private final Scheduler scheduler;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile ForkTable table;

    ForkJoin(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Made at its first use: many programs fork nothing. */
    ForkTable table() {
        ForkTable made = table;
        if (made != null) {
            return made;
        }
        lock.lock();
        try {
            if (table == null) {
                scheduler.checkOpen("fork");
                table = new ForkTable(scheduler);
            }
            return table;
        } finally {
            lock.unlock();
        }
    }

    private <R> R outside(Callable<R> body) {
        return table().runRoot(body);
    }

    /** See {@code Penny.join}. */
    @SuppressWarnings("unchecked")
    public <A, B> Joined<A, B> join(Callable<? extends A> first, Callable<? extends B> second) {
        ForkStack forks = Worker.forksOn(scheduler);
        if (forks == null) {
            return outside(() -> join(first, second));
        }
        int index = forks.fork(second);
        Scope outer = forks.innermost;
        forks.innermost = null; // Neither half is the body of a scope, whoever runs it.
        try {
            A a = first.call();
            if (forks.isPrivateTop(index, second)) {
                forks.pop(index);
                return new Joined<>(a, second.call());
            }
            return new Joined<>(a, (B) forks.join(index));
        } catch (Throwable e) {
            throw forks.failed("penny.join", index, e);
        } finally {
            forks.innermost = outer;
        }
    }

    /** See {@code Penny.scope}. */
    public <R> R scope(ScopeOptions options, TaskScope.Body<R> body) {
        ForkStack forks = Worker.forksOn(scheduler);
        if (forks == null) {
            return outside(() -> scope(options, body));
        }
        int mark = forks.size();
        Scope scope = new Scope(scheduler, forks, options);
        Scope outer = forks.innermost;
        forks.innermost = scope;
        try {
            R result = body.run(scope);
            scope.end();
            return result;
        } catch (Throwable e) {
            scope.abort(e);
            throw forks.failed(Scope.NAME, mark, e);
        } finally {
            forks.innermost = outer;
        }
    }

    /** See {@code Penny.parallelFor}. */
    public void parallelFor(long from, long to, LongConsumer body) {
        checkRange(from, to);
        ForkStack forks = Worker.forksOn(scheduler);
        if (forks == null) {
            outside(() -> {
                parallelFor(from, to, body);
                return null;
            });
            return;
        }
        LoopRange.Loop loop = new LoopRange.Loop(scheduler, body);
        Scope outer = forks.innermost;
        forks.innermost = null;
        try {
            new LoopRange(loop, from, to).run(forks);
        } finally {
            forks.innermost = outer;
        }
        if (loop.failure() != null) {
            throw JoinFailures.of("penny.parallelFor", scheduler, loop.failure());
        }
    }

    /** See {@code Penny.map}. */
    @SuppressWarnings("unchecked")
    public <T, R> List<R> map(List<T> inputs, Function<? super T, ? extends R> function) {
        Object[] results = inputs.toArray();
        parallelFor(0, results.length, i -> results[(int) i] = function.apply((T) results[(int) i]));
        return (List<R>) Collections.unmodifiableList(Arrays.asList(results));
    }

    /** See {@code Penny.reduce}. */
    public <R> R reduce(long from, long to, R identity, LongFunction<? extends R> mapper, BinaryOperator<R> combiner) {
        checkRange(from, to);
        ForkStack forks = Worker.forksOn(scheduler);
        if (forks == null) {
            return outside(() -> reduce(from, to, identity, mapper, combiner));
        }
        Scope outer = forks.innermost;
        forks.innermost = null;
        try {
            return reduceTree(new Reduction<>(identity, mapper, combiner, Math.max(1, (to - from) / LEAVES_MAX)), from, to);
        } finally {
            forks.innermost = outer;
        }
    }

    private record Reduction<R>(R identity, LongFunction<? extends R> mapper, BinaryOperator<R> combiner, long leaf) {

        R fold(long from, long to) {
            R folded = identity;
            for (long i = from; i < to; i++) {
                folded = combiner.apply(folded, mapper.apply(i));
            }
            return folded;
        }
    }

    @SuppressWarnings("unchecked")
    private <R> R reduceTree(Reduction<R> reduction, long from, long to) {
        ForkStack forks = Worker.forksOn(scheduler);
        int mark = forks.size();
        try {
            if (to - from <= reduction.leaf()) {
                return reduction.fold(from, to);
            }
            long middle = from + (to - from >>> 1);
            int index = forks.fork((Callable<R>) () -> reduceTree(reduction, middle, to));
            R left = reduceTree(reduction, from, middle);
            R right = (R) forks.join(index);
            return reduction.combiner().apply(left, right);
        } catch (Throwable e) {
            throw forks.failed("penny.reduce", mark, e);
        }
    }

    private static void checkRange(long from, long to) {
        if (to < from || to - from < 0) {
            throw new IllegalArgumentException("not a range: from=%d, to=%d, longest=%d".formatted(from, to, Long.MAX_VALUE));
        }
    }
}
