package dev.penny.api;

import java.util.List;

/**
 * Which worker runs what, and in which order. It concerns tasks of normal priority that any worker may run: tasks of high priority go to
 * the next free worker, those of low priority to a worker that finds nothing else, pinned ones to their worker, and forks wait in the
 * worker that forked until a thief takes them, whatever the policy.
 */
public sealed interface Policy {

    /** A deque per worker; idle workers steal. The default. */
    Policy WORK_STEALING = new WorkStealing();
    /** See {@link RoundRobin}. */
    Policy ROUND_ROBIN = new RoundRobin(RoundRobin.INBOX_CAPACITY);
    /** See {@link Random}. */
    Policy RANDOM = new Random(RoundRobin.INBOX_CAPACITY);
    /** See {@link MerryGoRound}. */
    Policy MERRY_GO_ROUND = new MerryGoRound(RingOptions.DEFAULT);
    /** See {@link Hybrid}: half of the looks go to the home slot. */
    Policy HYBRID = new Hybrid(RingOptions.DEFAULT.withBias(0.5));

    /** All five, with their default settings. */
    List<Policy> ALL = List.of(WORK_STEALING, ROUND_ROBIN, RANDOM, MERRY_GO_ROUND, HYBRID);

    /** As in {@code penny --policy}: {@code work-stealing}, {@code round-robin}, {@code random}, {@code merry-go-round}, {@code hybrid}. */
    String name();

    /** A deque per worker; idle workers steal. */
    record WorkStealing() implements Policy {
        @Override
        public String name() {
            return "work-stealing";
        }
    }

    /**
     * Task {@code k} of the queue outside goes to worker {@code k mod n}, which has an inbox that nobody steals from. A task that finds its
     * inbox full runs on the worker that was about to place it.
     *
     * @param inboxCapacity tasks per inbox, a power of two from 4 to 65,536
     */
    record RoundRobin(int inboxCapacity) implements Policy {

        /** The default. */
        static final int INBOX_CAPACITY = 256;
        private static final int MIN = 4;
        private static final int MAX = 65_536;

        /** Checks the capacity. */
        public RoundRobin {
            check(inboxCapacity);
        }

        private static void check(int capacity) {
            if (capacity < MIN || capacity > MAX || Integer.bitCount(capacity) != 1) {
                throw new IllegalArgumentException(
                        "inboxCapacity out of range, or no power of two: value=%d, min=%d, max=%d".formatted(capacity, MIN, MAX));
            }
        }

        @Override
        public String name() {
            return "round-robin";
        }
    }

    /**
     * As {@link RoundRobin}, but the worker is drawn from the seed.
     *
     * @param inboxCapacity tasks per inbox, a power of two from 4 to 65,536
     */
    record Random(int inboxCapacity) implements Policy {

        /** Checks the capacity. */
        public Random {
            RoundRobin.check(inboxCapacity);
        }

        @Override
        public String name() {
            return "random";
        }
    }

    /**
     * A ring of slots that own their tasks turns under the workers, which have no queues of their own.
     *
     * @param ring its size and when it turns
     */
    record MerryGoRound(RingOptions ring) implements Policy {
        @Override
        public String name() {
            return "merry-go-round";
        }
    }

    /**
     * A deque per worker, and a ring for tasks that yield, are released by others or wait outside.
     *
     * @param ring its size and when it turns
     */
    record Hybrid(RingOptions ring) implements Policy {
        @Override
        public String name() {
            return "hybrid";
        }
    }
}
