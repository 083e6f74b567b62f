package dev.penny.api;

/**
 * How urgent a task is that comes from outside. It decides the order in which waiting tasks start; nothing that runs is interrupted,
 * but a bulk operation makes way between two batches of items.
 */
public enum Priority {

    /** Starts before everything else that waits. */
    HIGH,

    /** The default. */
    NORMAL,

    /** Starts when nothing else waits, and now and then all the same, so that it is never left for ever. */
    LOW
}
