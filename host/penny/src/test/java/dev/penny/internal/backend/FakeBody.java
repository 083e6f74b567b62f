package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend.Next;
import dev.penny.spi.ThreadBackend.Step;
import dev.penny.spi.ThreadBackend.WorkerBody;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** A worker that runs a lambda and notes every breach of the contract. */
final class FakeBody implements WorkerBody {

    final List<String> breaches = new CopyOnWriteArrayList<>();
    final List<Throwable> losses = new CopyOnWriteArrayList<>();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    final AtomicLong runs = new AtomicLong();
    final AtomicInteger attaches = new AtomicInteger();
    final AtomicInteger detaches = new AtomicInteger();
    private final int index;
    private final Function<FakeBody, Next> work;
    private final AtomicReference<Thread> attached = new AtomicReference<>();
    private final AtomicReference<Thread> inside = new AtomicReference<>();

    FakeBody(int index, Function<FakeBody, Next> work) {
        this.index = index;
        this.work = work;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public String name() {
        return "fake-worker-" + index;
    }

    @Override
    public void attach() {
        attaches.incrementAndGet();
        threads.add(Thread.currentThread());
        if (!attached.compareAndSet(null, Thread.currentThread())) {
            breaches.add("attached twice: first by " + attached.get() + ", then by " + Thread.currentThread());
        }
    }

    @Override
    public Next run() {
        if (attached.get() != Thread.currentThread()) {
            breaches.add("run on " + Thread.currentThread() + " but attached to " + attached.get());
        }
        if (!inside.compareAndSet(null, Thread.currentThread())) {
            breaches.add("two threads in one body: " + inside.get() + " and " + Thread.currentThread());
        }
        runs.incrementAndGet();
        try {
            return work.apply(this);
        } finally {
            inside.set(null);
        }
    }

    @Override
    public Step step() {
        return new Step(run(), index + 1L);
    }

    @Override
    public void detach() {
        detaches.incrementAndGet();
        if (!attached.compareAndSet(Thread.currentThread(), null)) {
            breaches.add("detached by " + Thread.currentThread() + " but attached to " + attached.get());
        }
    }

    @Override
    public void lost(Throwable cause) {
        losses.add(cause);
        if (attached.get() != null) {
            breaches.add("lost while attached to " + attached.get());
        }
    }

    boolean isAttached() {
        return attached.get() != null;
    }
}
