package dev.penny.internal.guest;

import dev.penny.api.PennyException;
import dev.penny.api.TaskFailedException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.guest.Guest.BoundFunction;
import dev.penny.internal.guest.Guest.GuestInstance;
import dev.penny.internal.vtable.Glue;
import dev.penny.internal.vtable.GlueModule.Placement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;

/**
 * A wasm guest with WASI in one worker. Its functions are called through the host, because {@code proc_exit} may end a task well,
 * and because output is counted per task: traps and exits unwind to here and not through the core.
 *
 * <p>An instance that trapped, exited or ran {@code _start} is used up; the next task gets a new one.
 */
final class HostedWasmInstance implements GuestInstance {

    private static final String START = "_start";

    private final WasmCode code;
    private final WorkerLink link;
    private final Supplier<WasmCode.Live> maker;
    private final List<Glue> glues = new ArrayList<>();
    private final Map<Integer, BoundFunction> bound = new HashMap<>();
    private final Map<Integer, Value> thunks = new HashMap<>();
    private Optional<WasmCode.Live> live;
    private Optional<PennyException> fault = Optional.empty();

    HostedWasmInstance(WasmCode code, WorkerLink link, Supplier<WasmCode.Live> maker) {
        this.code = code;
        this.link = link;
        this.maker = maker;
        this.live = Optional.of(maker.get());
    }

    @Override
    public void bind(List<BoundFunction> functions) {
        List<BoundFunction> fresh = functions.stream().filter(function -> !bound.containsKey(function.slot())).toList();
        if (fresh.isEmpty()) {
            return;
        }
        Glue glue = code.glue(fresh, Placement.EXPORTS);
        glues.add(glue);
        live.ifPresent(instance -> thunks.putAll(linked(glue, instance)));
        for (BoundFunction function : fresh) {
            bound.put(function.slot(), function);
            link.bindHostTask(function.slot(), record -> run(function, record));
        }
        code.hostThunks().place(link, fresh.stream().map(BoundFunction::slot).toList());
    }

    @Override
    public boolean survivesTrap() {
        return true;
    }

    /** This instance is used up. */
    @Override
    public void close() {
        live.ifPresent(WasmCode.Live::close);
        live = Optional.empty();
    }

    private int run(BoundFunction function, int record) {
        WasmCode.Live instance = current();
        Optional<Wasi> wasi = instance.wasi();
        wasi.ifPresent(Wasi::beginTask);
        try {
            fault = Optional.empty();
            int outcome = thunks.get(function.slot()).execute(record).asInt();
            if (fault.isPresent()) {
                throw fault.get();
            }
            if (function.name().equals(START)) {
                close();
            }
            return outcome;
        } catch (PolyglotException e) {
            close();
            return ended(function, record, e);
        } finally {
            wasi.ifPresent(Wasi::endTask);
        }
    }

    private int ended(BoundFunction function, int record, PolyglotException e) {
        String name = code.name() + "/" + function.name() + function.signature();
        if (e.isHostException() && e.asHostException() instanceof Wasi.Exit exit) {
            if (exit.code() != 0) {
                throw new TaskFailedException(name, "the guest exited: code=" + exit.code(), List.of(), null);
            }
            link.memory().putLong(record, 0);
            return CoreLayout.OUTCOME_DONE;
        }
        throw GuestErrors.failure(name, e);
    }

    private WasmCode.Live current() {
        if (live.isEmpty()) {
            WasmCode.Live fresh = maker.get();
            thunks.clear();
            glues.forEach(glue -> thunks.putAll(linked(glue, fresh)));
            live = Optional.of(fresh);
        }
        return live.get();
    }

    private Map<Integer, Value> linked(Glue glue, WasmCode.Live instance) {
        return glue.link(link, instance::member, cause -> fault = Optional.of(cause));
    }
}
