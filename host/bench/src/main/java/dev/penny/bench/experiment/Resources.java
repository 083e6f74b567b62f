package dev.penny.bench.experiment;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What the variants of a point run on, closed in reverse when the point is done; and what several points share. */
final class Resources implements AutoCloseable {

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Map<String, Object> shared;

    private Resources(Map<String, Object> shared) {
        this.shared = shared;
    }

    /** Of a whole experiment. */
    static Resources ofExperiment() {
        return new Resources(new LinkedHashMap<>());
    }

    /** Of a point of the experiment that these are of. */
    Resources ofPoint() {
        return new Resources(shared);
    }

    /** Closed with this. */
    <T extends AutoCloseable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    /** What this experiment has under that name, made at its first use. */
    @SuppressWarnings("unchecked")
    <T> T shared(String name, Supplier<T> maker) {
        // Not computeIfAbsent: the maker may share something, too.
        Object found = shared.get(name);
        if (found == null) {
            found = maker.get();
            shared.put(name, found);
        }
        return (T) found;
    }

    @Override
    public void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    /** Closes what is shared, and this. */
    void closeAll() throws Exception {
        close();
        for (Object each : shared.values().stream().toList().reversed()) {
            if (each instanceof AutoCloseable closeable) {
                closeable.close();
            }
        }
        shared.clear();
    }
}
