package dev.penny.api;

/** The results of two computations that were joined. */
public record Joined<A, B>(A first, B second) { }
