package dev.penny.internal.engine.order;

/** Why an instruction must wait for an earlier one. */
public enum Hazard {
    /** It reads what the other writes. */
    READ_AFTER_WRITE,
    /** It writes what the other reads. */
    WRITE_AFTER_READ,
    /** It writes what the other writes. */
    WRITE_AFTER_WRITE
}
