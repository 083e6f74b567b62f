package dev.penny.internal.engine;

import dev.penny.api.Policy;
import dev.penny.api.RingOptions;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.CorePolicy;
import java.util.List;
import java.util.Optional;

/** What a policy is in words of the core. */
final class Policies {

    private static final int BIAS_ONE = 65_536;

    private Policies() { }

    static CorePolicy core(Policy policy, int workers) {
        return switch (policy) {
            case Policy.WorkStealing _ -> inboxes(CoreLayout.POLICY_WORK_STEALING, 0);
            case Policy.RoundRobin(int capacity) -> inboxes(CoreLayout.POLICY_ROUND_ROBIN, capacity);
            case Policy.Random(int capacity) -> inboxes(CoreLayout.POLICY_RANDOM, capacity);
            case Policy.MerryGoRound(RingOptions ring) -> ring(CoreLayout.POLICY_MERRY_GO_ROUND, ring, workers);
            case Policy.Hybrid(RingOptions ring) -> ring(CoreLayout.POLICY_HYBRID, ring, workers);
        };
    }

    static boolean hasInboxes(Policy policy) {
        return switch (policy) {
            case Policy.RoundRobin _, Policy.Random _ -> true;
            case Policy.WorkStealing _, Policy.MerryGoRound _, Policy.Hybrid _ -> false;
        };
    }

    /** The ring of a policy that has one. */
    static Optional<RingOptions> ring(Policy policy) {
        return switch (policy) {
            case Policy.WorkStealing _, Policy.RoundRobin _, Policy.Random _ -> Optional.empty();
            case Policy.MerryGoRound(RingOptions ring) -> Optional.of(ring);
            case Policy.Hybrid(RingOptions ring) -> Optional.of(ring);
        };
    }

    /**
     * Tells the first workers where in the ring they are at home.
     *
     * @throws IllegalArgumentException there is no such place
     */
    static void writeHomes(RingOptions ring, CoreMemory memory, List<Worker> workers) {
        List<Integer> homes = ring.homes();
        int slots = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_RING_SLOTS);
        for (int worker = 0; worker < Math.min(homes.size(), workers.size()); worker++) {
            if (homes.get(worker) >= slots) {
                throw new IllegalArgumentException("no such home slot: worker=%d, slot=%d, slots=%d".formatted(worker, homes.get(worker), slots));
            }
            workers.get(worker).home(homes.get(worker));
        }
    }

    private static CorePolicy inboxes(int policy, int capacity) {
        return new CorePolicy(policy, capacity, 0, 0, 0, 0, 0, 0);
    }

    private static CorePolicy ring(int policy, RingOptions ring, int workers) {
        return new CorePolicy(policy, 0, ring.slotsFor(workers), ring.window(), ring.slotCapacity(), ring.batch(),
                ring.barrier() ? CoreLayout.RING_FLAG_BARRIER : 0, (int) Math.round(ring.bias() * BIAS_ONE));
    }
}
