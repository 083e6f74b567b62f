package dev.penny.internal.vtable;

import dev.penny.internal.core.WorkerLink;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.graalvm.polyglot.Value;

/**
 * Puts thunks into a worker's table that call {@link WorkerLink#invoke}, for slots whose bodies are bound with
 * {@link WorkerLink#bindHostTask}. Compiled once per list of slots, linked by every worker.
 *
 * <p><b>Threads:</b> any.
 */
public final class HostThunks {

    private final String module;
    private final Map<List<Integer>, Value> compiled = new ConcurrentHashMap<>();

    /** For the functions of one module. */
    public HostThunks(String module) {
        this.module = module + ".glue";
    }

    /** Puts the thunks of these slots into the worker's table. */
    public void place(WorkerLink link, List<Integer> slots) {
        if (slots.isEmpty()) {
            return;
        }
        Value glue = compiled.computeIfAbsent(List.copyOf(slots), key -> link.runtime().compile(module, GlueModule.host(key)));
        link.runtime().instantiate(module, glue,
                Map.of("core", Map.of("table", link.tableValue(), "memory", link.memoryValue()),
                        "penny_host", Map.of("invoke", link.invoke(), "invoke_batch", link.invokeBatch())))
                .getMember("init").executeVoid(link.callRef());
    }
}
