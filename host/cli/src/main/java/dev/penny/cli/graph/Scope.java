package dev.penny.cli.graph;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The variables that a piece of a graph file sees. Immutable.
 *
 * @param values by name, the variables of {@code foreach} last
 */
record Scope(Map<String, Value> values) {

    static final Scope EMPTY = new Scope(Map.of());

    Scope with(String name, Value value) {
        Map<String, Value> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new Scope(more);
    }

    Optional<Value> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    Set<String> names() {
        return values.keySet();
    }
}
