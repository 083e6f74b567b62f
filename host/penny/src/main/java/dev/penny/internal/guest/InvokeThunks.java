package dev.penny.internal.guest;

import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.guest.Guest.BoundFunction;
import dev.penny.internal.vtable.GlueModule;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.graalvm.polyglot.Value;

/** The generated thunks of one JavaScript or Java module; compiled once, linked by every worker. <b>Threads:</b> any. */
final class InvokeThunks implements ThunkBinder {

    private final String module;
    private final Map<List<Integer>, Value> compiled = new ConcurrentHashMap<>();

    InvokeThunks(String module) {
        this.module = module;
    }

    @Override
    public void bindInvokeThunks(WorkerLink link, List<BoundFunction> functions) {
        if (functions.isEmpty()) {
            return;
        }
        List<Integer> slots = functions.stream().map(BoundFunction::slot).toList();
        Value glue = compiled.computeIfAbsent(slots, key -> link.runtime().compile(module + ".glue", GlueModule.host(key)));
        link.runtime().instantiate(module + ".glue", glue,
                Map.of("core", Map.of("table", link.tableValue(), "memory", link.memoryValue()), "penny_host", Map.of("invoke", link.invoke())));
    }
}
