package dev.penny.internal.core;

/**
 * The configuration words of the policy; the core checks them.
 *
 * @param policy {@code POLICY_*}
 * @param inboxCapacity cells per inbox, a power of two; 0 for policies without
 * @param ringSlots a power of two; 0 for policies without a ring, as the following
 * @param ringWindow slots per worker
 * @param ringSlotCapacity cells per slot, a power of two
 * @param ringBatch frames taken at once
 * @param ringFlags {@code RING_FLAG_*}
 * @param ringBias 0 to 65,536
 */
public record CorePolicy(int policy, int inboxCapacity, int ringSlots, int ringWindow, int ringSlotCapacity, int ringBatch, int ringFlags,
                         int ringBias) {

    void write(CoreMemory memory) {
        int globals = CoreLayout.GLOBALS_REF;
        memory.putInt(globals + CoreLayout.GLOBALS_POLICY, policy);
        memory.putInt(globals + CoreLayout.GLOBALS_INBOX_CAPACITY, inboxCapacity);
        memory.putInt(globals + CoreLayout.GLOBALS_RING_SLOTS, ringSlots);
        memory.putInt(globals + CoreLayout.GLOBALS_RING_WINDOW, ringWindow);
        memory.putInt(globals + CoreLayout.GLOBALS_RING_SLOT_CAPACITY, ringSlotCapacity);
        memory.putInt(globals + CoreLayout.GLOBALS_RING_BATCH, ringBatch);
        memory.putInt(globals + CoreLayout.GLOBALS_RING_FLAGS, ringFlags);
        memory.putInt(globals + CoreLayout.GLOBALS_RING_BIAS, ringBias);
    }
}
