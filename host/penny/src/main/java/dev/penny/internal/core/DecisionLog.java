package dev.penny.internal.core;

import dev.penny.api.CapacityException;
import dev.penny.api.Policy;
import dev.penny.api.Recording;
import dev.penny.api.Recording.Decision;
import dev.penny.api.Recording.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The log in linear memory into which workers write their decisions, or from which they take them; {@code log.h} and {@code replay.h} of the
 * core say what they do with it.
 *
 * <p><b>Threads:</b> any, except where a method says otherwise.
 */
public final class DecisionLog {

    private final CoreMemory memory;
    private final int ref;
    private final int workers;
    private final long seed;
    /** What is to be replayed; none while recording. */
    private final List<Decision> expected;
    private final boolean replays;

    private DecisionLog(CoreMemory memory, ArgumentRegion region, int workers, long seed, int capacity, List<Decision> expected,
            boolean replays) {
        this.memory = memory;
        this.workers = workers;
        this.seed = seed;
        this.expected = expected;
        this.replays = replays;
        long header = CoreLayout.LOG_BYTES + (long) workers * CoreLayout.LANE_BYTES;
        long lane = (long) capacity * CoreLayout.DECISION_BYTES;
        long bytes = header + workers * lane + (long) expected.size() * CoreLayout.DECISION_BYTES;
        this.ref = bytes > region.sizeBytes() ? ArgumentRegion.NONE : region.allocateLasting((int) bytes);
        if (ref == ArgumentRegion.NONE) {
            throw new CapacityException("no room for the log of decisions: bytes=%d, argumentMemory=%d, workers=%d, decisionsPerWorker=%d"
                    .formatted(bytes, region.sizeBytes(), workers, capacity));
        }
        memory.clear(ref, (int) header);
        for (int worker = 0; worker < workers; worker++) {
            memory.putInt(lane(worker) + CoreLayout.LANE_DECISIONS_REF, (int) (ref + header + worker * lane));
            memory.putInt(lane(worker) + CoreLayout.LANE_CAPACITY, capacity);
        }
        writeExpected((int) (ref + header + workers * lane));
        memory.storeSeqCst(ref + CoreLayout.LOG_MODE, replays ? CoreLayout.LOG_REPLAY : CoreLayout.LOG_RECORD);
        for (int worker = 0; worker < workers; worker++) {
            memory.putInt(block(worker) + CoreLayout.WORKER_LOG_REF, ref);
        }
    }

    /**
     * Workers record. Before any worker runs.
     *
     * @param capacity decisions per worker
     * @throws CapacityException there is no room for so many
     */
    public static DecisionLog record(CoreMemory memory, ArgumentRegion region, int workers, long seed, int capacity) {
        return new DecisionLog(memory, region, workers, seed, capacity, List.of(), false);
    }

    /** Workers replay; what they decide is recorded as well. Before any worker runs. @throws CapacityException there is no room for it */
    public static DecisionLog replay(CoreMemory memory, ArgumentRegion region, Recording recording) {
        int capacity = 0;
        int[] counts = new int[recording.workers()];
        for (Decision decision : recording.decisions()) {
            capacity = Math.max(capacity, ++counts[decision.worker()]);
        }
        return new DecisionLog(memory, region, recording.workers(), recording.seed(), capacity, recording.decisions(), true);
    }

    private int lane(int worker) {
        return ref + CoreLayout.LOG_LANES + worker * CoreLayout.LANE_BYTES;
    }

    private int block(int worker) {
        int globals = CoreLayout.GLOBALS_REF;
        return memory.getInt(globals + CoreLayout.GLOBALS_WORKERS_REF) + worker * memory.getInt(globals + CoreLayout.GLOBALS_WORKER_STRIDE);
    }

    /** Last to first, so that each decision knows the next one of its worker. */
    private void writeExpected(int decisionsRef) {
        memory.putInt(ref + CoreLayout.LOG_DECISIONS_REF, decisionsRef);
        memory.putInt(ref + CoreLayout.LOG_DECISION_COUNT, expected.size());
        for (int worker = 0; worker < workers; worker++) {
            memory.putInt(lane(worker) + CoreLayout.LANE_NEXT, expected.size());
        }
        for (int index = expected.size() - 1; index >= 0; index--) {
            Decision decision = expected.get(index);
            int next = lane(decision.worker()) + CoreLayout.LANE_NEXT;
            int at = decisionsRef + index * CoreLayout.DECISION_BYTES;
            memory.putInt(at + CoreLayout.DECISION_ORDER, memory.getInt(next));
            memory.putByte(at + CoreLayout.DECISION_KIND, (byte) (decision.kind().ordinal() + 1));
            memory.putByte(at + CoreLayout.DECISION_WORKER, (byte) decision.worker());
            memory.putByte(at + CoreLayout.DECISION_VICTIM, (byte) decision.victim());
            memory.putByte(at + CoreLayout.DECISION_NEST, (byte) decision.nest());
            memory.putLong(at + CoreLayout.DECISION_TICKET, decision.ticket());
            memory.putInt(at + CoreLayout.DECISION_ITEM, decision.item());
            memory.putInt(at + CoreLayout.DECISION_PLACE, decision.place());
            memory.putInt(next, index);
        }
    }

    // ---- recording

    /** True if a worker had no room left, so that decisions are missing. */
    public boolean overflowed() {
        return memory.loadSeqCst(ref + CoreLayout.LOG_OVERFLOWED) != 0;
    }

    /** What was decided so far with this policy, in order. Exact for what led to results that the caller has seen. */
    public Recording recording(Policy policy) {
        record Numbered(long number, Decision decision) { }

        List<Numbered> found = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            int count = memory.loadAcquire(lane(worker) + CoreLayout.LANE_COUNT);
            int first = memory.getInt(lane(worker) + CoreLayout.LANE_DECISIONS_REF);
            for (int i = 0; i < count; i++) {
                int at = first + i * CoreLayout.DECISION_BYTES;
                found.add(new Numbered(Integer.toUnsignedLong(memory.getInt(at + CoreLayout.DECISION_ORDER)), read(at)));
            }
        }
        found.sort(Comparator.comparingLong(Numbered::number));
        return new Recording(workers, seed, CoreLayout.ABI_HASH, policy, found.stream().map(Numbered::decision).toList());
    }

    private Decision read(int at) {
        return new Decision(memory.getByte(at + CoreLayout.DECISION_WORKER) & 0xFF, Kind.values()[kind(at) - 1],
                memory.getByte(at + CoreLayout.DECISION_VICTIM) & 0xFF, memory.getByte(at + CoreLayout.DECISION_NEST) & 0xFF,
                memory.getLong(at + CoreLayout.DECISION_TICKET), memory.getInt(at + CoreLayout.DECISION_ITEM),
                memory.getInt(at + CoreLayout.DECISION_PLACE));
    }

    private int kind(int at) {
        return memory.getByte(at + CoreLayout.DECISION_KIND) & 0xFF;
    }

    // ---- replay

    /** Whether decisions are taken from a recording, also after that has come to an end. */
    public boolean replays() {
        return replays;
    }

    /** Whether a worker's decision is the next one; always if there is no next one to be waited for. */
    public boolean isDue(int worker) {
        int turn = turn();
        return memory.loadAcquire(ref + CoreLayout.LOG_MODE) != CoreLayout.LOG_REPLAY || turn == expected.size()
                || memory.getInt(lane(worker) + CoreLayout.LANE_NEXT) == turn;
    }

    /** How many decisions of the recording have been made. */
    public int turn() {
        return memory.loadAcquire(ref + CoreLayout.LOG_TURN);
    }

    /** Ends a replay in which nobody can go on. No worker may be running. */
    public void giveUp() {
        memory.storeSeqCst(ref + CoreLayout.LOG_MODE, CoreLayout.LOG_DIVERGED);
    }

    /** What went differently, in words; empty as long as all is as recorded. */
    public Optional<String> difference() {
        if (memory.loadAcquire(ref + CoreLayout.LOG_MODE) != CoreLayout.LOG_DIVERGED) {
            return Optional.empty();
        }
        int found = ref + CoreLayout.LOG_FOUND;
        String instead = memory.getByte(found + CoreLayout.DECISION_KIND) == 0 ? "nothing of the kind" : read(found).toString();
        return Optional.of("decision=%d, of=%d, recorded=%s, found=%s".formatted(turn(), expected.size(), next(), instead));
    }

    /** The first decision that has not been made, in words. */
    public String next() {
        return turn() < expected.size() ? expected.get(turn()).toString() : "none";
    }

    /** How many were recorded. */
    public int expectedCount() {
        return expected.size();
    }
}
