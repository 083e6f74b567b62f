package dev.penny.internal.vtable;

/** Why a thunk gave up; the ordinal is the {@code kind} argument of {@code penny.fault}. */
public enum GlueFault {
    /** {@code penny_alloc} returned 0 for an argument of {@code length} bytes. */
    NO_ARGUMENT_MEMORY,
    /** {@code penny_alloc} returned {@code ref} for {@code length} bytes, which is not inside the guest's {@code pages}. */
    ARGUMENT_OUTSIDE_MEMORY,
    /** The function returned {@code ref} and {@code length}, which is not inside the guest's {@code pages}. */
    RESULT_OUTSIDE_MEMORY,
    /** The core's result heap has no block of {@code length} bytes. */
    NO_RESULT_MEMORY
}
