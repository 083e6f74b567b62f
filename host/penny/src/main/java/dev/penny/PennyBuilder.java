package dev.penny;

import dev.penny.api.LinkException;
import dev.penny.api.LoadException;
import dev.penny.api.Recording;
import dev.penny.internal.backend.ReplayBackend;
import dev.penny.internal.core.CoreLayout;
import dev.penny.api.Policy;
import dev.penny.internal.engine.EngineConfig;
import dev.penny.internal.engine.Lender;
import dev.penny.internal.engine.Logging;
import dev.penny.spi.ThreadBackend;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/** Settings of a {@link Penny}. Not thread safe. */
public final class PennyBuilder {

    private static final int WORKERS_MAX = 256;
    private static final long MEMORY_MIN_BYTES = 4L << 20;
    private static final long MEMORY_MAX_BYTES = 32_767L * 65_536;
    private static final int QUEUE_MAX = 1 << 20;
    private static final int MAILBOX_MAX = 1 << 16;
    private static final int DECISIONS_MAX = 1 << 24;

    private int workers = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, WORKERS_MAX);
    private ThreadBackend backend;
    private String backendName = "platform";
    private long seed = 0x5EED;
    private long memoryBytes = 64L << 20;
    private OptionalInt queueCapacity = OptionalInt.empty();
    private int mailboxCapacity = 256;
    private boolean rejectWhenFull;
    private Logging logging = new Logging.Off();
    private Policy policy = Policy.WORK_STEALING;

    PennyBuilder() { }

    /** How many workers, 1 to 256; the processors by default. */
    public PennyBuilder workers(int count) {
        workers = (int) inRange("workers", count, 1, WORKERS_MAX);
        return this;
    }

    /** The backend that lends threads. */
    public PennyBuilder backend(ThreadBackend threads) {
        backend = Objects.requireNonNull(threads, "backend");
        return this;
    }

    /**
     * The installed backend with this name: {@code platform} (default), {@code virtual}, {@code fork-join}, {@code deterministic} or
     * another.
     */
    public PennyBuilder backend(String name) {
        backend = null;
        backendName = Objects.requireNonNull(name, "name");
        return this;
    }

    /** Which worker runs what; {@link Policy#WORK_STEALING} by default. */
    public PennyBuilder policy(Policy which) {
        policy = Objects.requireNonNull(which, "policy");
        return this;
    }

    /** The policy with this name, with its default settings: one of the names in {@link Policy#ALL}. */
    public PennyBuilder policy(String name) {
        Objects.requireNonNull(name, "name");
        policy = Policy.ALL.stream().filter(known -> known.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such policy: policy=%s, known=%s"
                        .formatted(name, String.join(" ", Policy.ALL.stream().map(Policy::name).toList()))));
        return this;
    }

    /** Seed of the victim choice, and of the policies {@link Policy#RANDOM} and {@link Policy#HYBRID}. */
    public PennyBuilder seed(long value) {
        seed = value;
        return this;
    }

    /** Size of the core's linear memory, 4 MiB to 2 GiB - 64 KiB: half of it holds arguments in flight, the rest tables and results. */
    public PennyBuilder memoryBytes(long bytes) {
        memoryBytes = inRange("memoryBytes", bytes, MEMORY_MIN_BYTES, MEMORY_MAX_BYTES);
        return this;
    }

    /**
     * How many tasks may wait per priority, and about as many all together, before submissions do: 4 to 2^20, rounded up to a power of
     * two; by default 16,384 or what small memory allows.
     */
    public PennyBuilder queueCapacity(int tasks) {
        int asked = (int) inRange("queueCapacity", tasks, 4, QUEUE_MAX);
        queueCapacity = OptionalInt.of(Integer.highestOneBit(asked - 1) << 1);
        return this;
    }

    /** How many tasks pinned to one worker may wait before submissions do: 4 to 65,536, rounded up to a power of two; by default 256. */
    public PennyBuilder mailboxCapacity(int tasks) {
        int asked = (int) inRange("mailboxCapacity", tasks, 4, MAILBOX_MAX);
        mailboxCapacity = Integer.highestOneBit(asked - 1) << 1;
        return this;
    }

    /** True makes submissions to a full queue fail with {@link dev.penny.api.CapacityException} instead of waiting. */
    public PennyBuilder rejectWhenFull(boolean reject) {
        rejectWhenFull = reject;
        return this;
    }

    /**
     * Records what the workers decide, with room for so many decisions per worker, 24 bytes each, out of the memory for arguments. A task
     * takes a few, see {@link Penny#recording}. Forks cost more while they are recorded.
     *
     * @param decisionsPerWorker 1 to 2^24
     */
    public PennyBuilder record(int decisionsPerWorker) {
        logging = new Logging.Record((int) inRange("decisionsPerWorker", decisionsPerWorker, 1, DECISIONS_MAX));
        return this;
    }

    /**
     * Decides what a recording says, on a backend of its own that runs one worker at a time; workers, seed and policy are the recording's.
     * The program must submit the same as when it was recorded, from one thread and from tasks. The first decision that cannot be made
     * fails everything that waits with a {@link dev.penny.api.ReplayException}; {@link Penny#close} throws one if the run decided less.
     */
    public PennyBuilder replay(Recording recording) {
        logging = new Logging.Replay(recording);
        return this;
    }

    /**
     * Starts it; threads start on first use.
     *
     * @throws LinkException no backend of this name
     * @throws dev.penny.api.CapacityException the memory is too small for the rest
     * @throws dev.penny.api.RuntimeUnusableException GraalWasm cannot be used, or the backend returns null
     * @throws dev.penny.api.LoadException a recording that is to be replayed was made by another version
     */
    public Penny build() {
        if (logging instanceof Logging.Replay replay) {
            adopt(replay.recording());
        }
        ThreadBackend lends = Lender.of(backend != null ? backend : installed(backendName)).seeded(seed).backend();
        return new Penny(new EngineConfig(workers, lends, seed, (int) (memoryBytes & -65_536L),
                queueCapacity.orElse(defaultQueueCapacity()), mailboxCapacity, rejectWhenFull, policy, logging));
    }

    private void adopt(Recording recording) {
        if (recording.core() != CoreLayout.ABI_HASH) {
            throw new LoadException("the recording was made by another version: core=%016x, expected=%016x"
                    .formatted(recording.core(), CoreLayout.ABI_HASH));
        }
        workers = recording.workers();
        seed = recording.seed();
        policy = recording.policy();
        backend = new ReplayBackend();
    }

    /** A sixteenth of the memory for the frames of waiting tasks, at most 16,384 of them. */
    private int defaultQueueCapacity() {
        return Math.min(1 << 14, Integer.highestOneBit((int) (memoryBytes / 16 / 256)));
    }

    private static ThreadBackend installed(String name) {
        List<ThreadBackend> known = Backends.installed();
        return known.stream().filter(candidate -> Lender.of(candidate).name().equals(name)).findFirst()
                .orElseThrow(() -> new LinkException("no such backend: backend=%s, installed=%s"
                        .formatted(name, String.join(" ", known.stream().map(candidate -> Lender.of(candidate).name()).toList()))));
    }

    private static long inRange(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s out of range: value=%d, min=%d, max=%d".formatted(what, value, min, max));
        }
        return value;
    }
}
