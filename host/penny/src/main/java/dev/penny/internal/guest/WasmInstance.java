package dev.penny.internal.guest;

import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.guest.Guest.BoundFunction;
import dev.penny.internal.guest.Guest.GuestInstance;
import dev.penny.internal.vtable.GlueModule.Placement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A wasm guest in one worker, its thunks straight in the table. A trap unwinds through the core and costs the instance. */
final class WasmInstance implements GuestInstance {

    private final WasmCode code;
    private final WorkerLink link;
    private final WasmCode.Live live;
    private final Set<Integer> bound = new HashSet<>();

    WasmInstance(WasmCode code, WorkerLink link, WasmCode.Live live) {
        this.code = code;
        this.link = link;
        this.live = live;
    }

    @Override
    public void bind(List<BoundFunction> functions) {
        List<BoundFunction> fresh = functions.stream().filter(function -> !bound.contains(function.slot())).toList();
        if (fresh.isEmpty()) {
            return;
        }
        code.glue(fresh, Placement.TABLE).link(link, live::member, link::fail);
        fresh.forEach(function -> bound.add(function.slot()));
    }

    @Override
    public boolean survivesTrap() {
        return false;
    }

    @Override
    public void close() {
        live.close();
    }
}
