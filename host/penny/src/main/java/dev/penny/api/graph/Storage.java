package dev.penny.api.graph;

/** A row of places that tasks reach by themselves, see {@link Program#storage}. */
public interface Storage {

    /** For messages. */
    String name();

    /** How many places are free: neither a {@link Place}'s nor waiting for an instruction that may still use them to retire. */
    int free();

    /**
     * A name for one of the places.
     *
     * @param name for messages; not blank
     * @throws dev.penny.api.CapacityException none is free
     */
    Place place(String name);
}
