package dev.penny.internal.guest;

import dev.penny.api.Signature;
import dev.penny.api.TaskModule.ModuleKind;
import dev.penny.internal.core.WorkerLink;
import java.util.List;
import java.util.Optional;

/** An isolated wasm guest: every worker's instance has its own memory. */
final class WasmGuest implements Guest {

    private final WasmCode code;

    WasmGuest(WasmCode code) {
        this.code = code;
    }

    @Override
    public String name() {
        return code.name();
    }

    @Override
    public ModuleKind kind() {
        return ModuleKind.WASM;
    }

    @Override
    public List<GuestFunction> functions() {
        return code.functions().list();
    }

    @Override
    public void check(String function, Signature signature) {
        code.functions().check(function, signature);
    }

    @Override
    public GuestInstance instantiate(WorkerLink link) {
        return code.instance(link, () -> make(link));
    }

    private WasmCode.Live make(WorkerLink link) {
        WasmCode.Live live = code.instantiate(link, Optional.empty());
        code.initialize(live);
        return live;
    }
}
