package dev.penny.bench.suite;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** Who runs a benchmark. */
public enum Peer {
    /** Penny. */
    PENNY("penny"),
    /** Penny with one worker, as the other side of a comparison. */
    PENNY_ONE("penny-1"),
    /** {@link java.util.concurrent.ForkJoinPool} with the same algorithm in Java. */
    FORK_JOIN_POOL("fork-join-pool"),
    /** The same pool; what follows in a chunk, or directly after another task, is a loop over a function instead of a task of its own. */
    FORK_JOIN_POOL_LOOP("fork-join-pool-loop"),
    /** The same algorithm in Java without forks, on one thread. */
    JAVA_SEQUENTIAL("java-sequential"),
    /** The same wasm without forks, on one worker of Penny. */
    WASM_SEQUENTIAL("wasm-sequential"),
    /** One virtual thread per task. */
    VIRTUAL_THREADS("virtual-threads"),
    /** The same calls on Penny with as many workers, each after the one before it. */
    IN_ORDER("in-order"),
    /** The same wasm in the engine Endive, compiled to bytecode, under a plain thread pool. */
    ENDIVE("endive");

    private final String text;

    Peer(String text) {
        this.text = text;
    }

    /** As in the results. */
    @JsonValue
    public String text() {
        return text;
    }

    /** The reverse of {@link #text}. */
    @JsonCreator
    public static Peer of(String text) {
        return Arrays.stream(values()).filter(peer -> peer.text.equals(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such peer: peer=%s, known=%s"
                        .formatted(text, String.join(" ", Arrays.stream(values()).map(Peer::text).toList()))));
    }
}
