package dev.penny.internal.guest;

import dev.penny.api.LoadException;
import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskModule.ModuleKind;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.vtable.HostThunks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;

/**
 * An ECMAScript module. It is evaluated once when it is loaded, to learn what it exports, and once in the context of every worker;
 * the first worker takes over the context of the loading. Module state is therefore per worker.
 */
public final class JsGuest implements Guest {

    private static final String SIGNATURES = "signatures";

    private final WasmRuntime runtime;
    private final JsSource source;
    private final Source module;
    private final GuestLog log;
    private final HostThunks thunks;
    private final Map<String, GuestFunction> functions;
    private final AtomicReference<Optional<JsContext>> spare;

    private JsGuest(WasmRuntime runtime, JsSource source, GuestLog log) {
        this.runtime = runtime;
        this.source = source;
        this.module = JsContext.module(source);
        this.log = log;
        this.thunks = new HostThunks(source.name());
        JsContext first = JsContext.create(runtime, source, module, log);
        try {
            this.functions = exportedFunctions(first.exports());
        } catch (PolyglotException e) {
            first.close();
            throw new LoadException("the module's exports cannot be read: module=%s, reason=%s"
                    .formatted(source.name(), e.getMessage()), e);
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
        this.spare = new AtomicReference<>(Optional.of(first));
    }

    /**
     * Evaluates a module and lists its functions.
     *
     * @throws LoadException syntax error, the module throws, exports no function, or its {@code signatures} are wrong
     * @throws SignatureException a declared signature cannot be read
     */
    public static JsGuest load(WasmRuntime runtime, JsSource source, GuestLog log) {
        return new JsGuest(runtime, source, log);
    }

    private Map<String, GuestFunction> exportedFunctions(Value exports) {
        Map<String, List<Signature>> declared = declaredSignatures(exports);
        Map<String, GuestFunction> found = new LinkedHashMap<>();
        for (String name : exports.getMemberKeys()) {
            Value member = exports.getMember(name);
            if (member != null && member.canExecute()) {
                found.put(name, new GuestFunction(name, declared.getOrDefault(name, List.of()), nativeType(member)));
            }
        }
        for (String name : declared.keySet()) {
            if (!found.containsKey(name)) {
                throw new LoadException("signatures names something that is not an exported function: module=%s, name=%s, functions=%s"
                        .formatted(source.name(), name, String.join(" ", found.keySet())));
            }
        }
        if (found.isEmpty()) {
            throw new LoadException("the module exports no function: module=" + source.name());
        }
        return found;
    }

    private static String nativeType(Value function) {
        Value length = function.getMember("length");
        return length != null && length.fitsInInt() ? "function of " + length.asInt() : "function";
    }

    private Map<String, List<Signature>> declaredSignatures(Value exports) {
        Map<String, List<Signature>> declared = new LinkedHashMap<>();
        Value table = exports.getMember(SIGNATURES);
        if (table == null || table.canExecute()) {
            return declared;
        }
        if (!table.hasMembers()) {
            throw new LoadException("signatures must be an object: module=%s, value=%s".formatted(source.name(), table));
        }
        for (String name : table.getMemberKeys()) {
            Value entry = table.getMember(name);
            List<Signature> signatures = new ArrayList<>();
            if (entry.hasArrayElements()) {
                for (long i = 0; i < entry.getArraySize(); i++) {
                    signatures.add(signature(name, entry.getArrayElement(i)));
                }
            } else {
                signatures.add(signature(name, entry));
            }
            declared.put(name, List.copyOf(signatures));
        }
        return declared;
    }

    private Signature signature(String function, Value text) {
        if (!text.isString()) {
            throw new LoadException("a signature must be a string: module=%s, function=%s, value=%s"
                    .formatted(source.name(), function, text));
        }
        try {
            return Signature.parse(text.asString());
        } catch (SignatureException e) {
            throw new SignatureException("bad signature: module=%s, function=%s, %s".formatted(source.name(), function, e.getMessage()), e);
        }
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public ModuleKind kind() {
        return ModuleKind.JS;
    }

    @Override
    public List<GuestFunction> functions() {
        return List.copyOf(functions.values());
    }

    @Override
    public void check(String function, Signature signature) {
        GuestFunction found = functions.get(function);
        if (found == null) {
            throw NearNames.unknownFunction(source.name(), function, functions.keySet());
        }
        if (!found.signatures().isEmpty() && !found.signatures().contains(signature)) {
            throw new SignatureException("the module declares another signature: module=%s, function=%s, signature=%s, declared=%s"
                    .formatted(source.name(), function, signature, found.signatures()));
        }
    }

    @Override
    public GuestInstance instantiate(WorkerLink link) {
        JsContext context = spare.getAndSet(Optional.empty()).orElseGet(() -> JsContext.create(runtime, source, module, log));
        return new Instance(link, context);
    }

    @Override
    public void close() {
        spare.getAndSet(Optional.empty()).ifPresent(JsContext::close);
    }

    /** The module in one worker. */
    private final class Instance implements GuestInstance {

        private final WorkerLink link;
        private final JsContext context;

        Instance(WorkerLink link, JsContext context) {
            this.link = link;
            this.context = context;
            context.forks().link(link);
        }

        @Override
        public void bind(List<BoundFunction> bound) {
            for (BoundFunction function : bound) {
                link.bindHostTask(function.slot(), new JsTask(link, context, source.name(), function.name(), function.signature()));
            }
            thunks.place(link, bound.stream().map(BoundFunction::slot).toList());
        }

        /** An error in JavaScript unwinds cleanly, even from endless recursion. */
        @Override
        public boolean survivesTrap() {
            return true;
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
