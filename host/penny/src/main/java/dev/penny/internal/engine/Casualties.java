package dev.penny.internal.engine;

import dev.penny.api.GraphFailedException;
import dev.penny.api.PennyException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * Which instructions of a program did not end well since it was last asked.
 *
 * <p><b>Threads:</b> one.
 */
final class Casualties {

    private static final int LISTED_MAX = 1024;

    private final String program;
    private final List<Casualty> listed = new ArrayList<>();

    Casualties(String program) {
        this.program = program;
    }

    /**
     * An instruction without a result.
     *
     * @param name for messages
     * @param failure what it failed with, {@code null} if it was not run
     * @param because the one whose result it needed; {@code null} if it failed, or was cancelled
     */
    record Casualty(String name, PennyException failure, Casualty because) {

        boolean isCancelled() {
            return failure == null && because == null;
        }

        Casualty root() {
            Casualty root = this;
            while (root.because != null) {
                root = root.because;
            }
            return root;
        }

        String chain() {
            StringBuilder chain = new StringBuilder(name);
            for (Casualty link = because; link != null; link = link.because) {
                chain.insert(0, link.name + " -> ");
            }
            return chain.toString();
        }
    }

    void add(Casualty casualty) {
        if (listed.size() < LISTED_MAX) {
            listed.add(casualty);
        }
    }

    /** Throws which have failed, once; those that were only cancelled are nothing to tell. */
    void report() {
        List<Casualty> told = List.copyOf(listed);
        listed.clear();
        if (told.stream().anyMatch(casualty -> !casualty.root().isCancelled())) {
            throw exception(told);
        }
    }

    /** Why something has no value. */
    RuntimeException exception(Casualty casualty) {
        return exception(List.of(casualty));
    }

    private RuntimeException exception(List<Casualty> told) {
        Set<Casualty> reasons = Collections.newSetFromMap(new IdentityHashMap<>());
        told.forEach(casualty -> reasons.add(casualty.because()));
        Map<Casualty, List<String>> chains = new IdentityHashMap<>();
        List<Casualty> roots = new ArrayList<>();
        for (Casualty casualty : told) {
            Casualty root = casualty.root();
            if (root.isCancelled()) {
                continue;
            }
            if (!chains.containsKey(root)) {
                roots.add(root);
            }
            List<String> chain = chains.computeIfAbsent(root, first -> new ArrayList<>());
            if (casualty != root && !reasons.contains(casualty)) {
                chain.add(casualty.chain());
            }
        }
        if (roots.isEmpty()) {
            return new CancellationException("cancelled: program=%s, first=%s".formatted(program, told.getFirst().name()));
        }
        return new GraphFailedException(program, roots.stream()
                .map(root -> new GraphFailedException.Failure(root.name(), root.failure(), chains.get(root))).toList());
    }
}
