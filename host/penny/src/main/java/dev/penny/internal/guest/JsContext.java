package dev.penny.internal.guest;

import dev.penny.api.LoadException;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.Signature;
import dev.penny.api.ValueType;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.core.WorkerLink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotAccess;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.SourceSection;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.IOAccess;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * One GraalJS context with a module evaluated in it. It sees nothing of the host but {@code penny}, the console and the files in its
 * folder.
 *
 * <p><b>Threads:</b> one at a time; which one may change between calls.
 */
final class JsContext implements AutoCloseable {

    /** The name of Penny's own scripts in guest stacks, by which they are left out. */
    static final String PENNY_SCRIPT = "penny-js";

    /** Evaluated before the module, so that it holds the real constructors whatever the module does to the globals. */
    private static final Source PRELUDE = script("""
            (log, forks) => {
              const BigIntOf = BigInt, BufferOf = ArrayBuffer, BytesOf = Uint8Array, TextOf = String;
              const { apply } = Reflect;
              const { slice } = BufferOf.prototype;
              const penny = Object.freeze({
                log: (level, text) => { log(level, TextOf(text)); },
                join: forks.join,
                all: forks.all,
                graph: forks.graph,
              });
              Object.defineProperty(globalThis, 'penny', { value: penny });
              return Object.freeze({
                bytes: (value) => {
                  if (value instanceof BufferOf) return value;
                  if (!(value instanceof BytesOf)) return null;
                  const { buffer, byteOffset, byteLength } = value;
                  return byteLength === buffer.byteLength ? buffer : apply(slice, buffer, [byteOffset, byteOffset + byteLength]);
                },
                settle: (promise, sink) => { promise.then((value) => sink(true, value), (reason) => sink(false, reason)); },
                adapter: (make) => make(BigIntOf, BytesOf, BufferOf),
              });
            }
            """);

    private final Context context;
    private final Value exports;
    private final Value bytes;
    private final Value settle;
    private final Value adapter;
    private final JsForks forks;
    private final Value isAsync;
    private final Value isGenerator;
    private final Supplier<JsContext> another;
    private Optional<JsContext> inner = Optional.empty();

    private JsContext(Context context, Value helpers, Value exports, JsForks forks, Value script, Supplier<JsContext> another) {
        this.context = context;
        this.exports = exports;
        this.bytes = helpers.getMember("bytes");
        this.settle = helpers.getMember("settle");
        this.adapter = helpers.getMember("adapter");
        this.forks = forks;
        this.isAsync = script.getMember("isAsync");
        this.isGenerator = script.getMember("isGenerator");
        this.another = another;
    }

    /** The text as GraalJS wants it; share it between contexts, so that they share code. */
    static Source module(JsSource source) {
        try {
            return builder(source).mimeType("application/javascript+module").build();
        } catch (IOException e) {
            throw new LoadException("cannot read: module=%s, reason=%s".formatted(source.name(), e.getMessage()), e);
        }
    }

    private static Source.Builder builder(JsSource source) throws IOException {
        if (source.file().isEmpty()) {
            return Source.newBuilder("js", source.text(), source.name() + ".mjs");
        }
        // Imports are resolved against this path, and ModuleFolder compares real ones.
        Path file = source.file().get();
        Path real = folder(file).toRealPath().resolve(file.getFileName());
        return Source.newBuilder("js", real.toFile()).content(source.text()).name(file.getFileName().toString());
    }

    private static Path folder(Path file) {
        return file.toAbsolutePath().getParent();
    }

    /**
     * Makes a context and evaluates the module in it.
     *
     * @throws LoadException syntax error, or the module threw while it was evaluated
     */
    static JsContext create(WasmRuntime runtime, JsSource source, Source module, GuestLog log) {
        Context context = newContext(runtime, source, log);
        try {
            JsForks forks = new JsForks(source.name());
            Value script = context.eval(JsForks.SCRIPT).execute(forks.host());
            Value helpers = context.eval(PRELUDE).execute(logImport(source.name(), log), script);
            Value exports = context.eval(module);
            script.getMember("link").executeVoid(exports);
            return new JsContext(context, helpers, exports, forks, script, () -> create(runtime, source, module, log));
        } catch (PolyglotException e) {
            context.close(true);
            throw notLoaded(source.name(), e);
        }
    }

    private static Context newContext(WasmRuntime runtime, JsSource source, GuestLog log) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        // GraalVM finds its languages through the context class loader, which a pool's threads have set to anything.
        Thread.currentThread().setContextClassLoader(JsContext.class.getClassLoader());
        try {
            return Context.newBuilder("js")
                    .engine(runtime.engine())
                    .allowExperimentalOptions(true)
                    .option("js.esm-eval-returns-exports", "true")
                    .option("js.load", "false")
                    .option("js.print", "false")
                    .option("js.polyglot-builtin", "false")
                    .option("js.graal-builtin", "false")
                    .option("js.java-package-globals", "false")
                    .option("js.shared-array-buffer", "false")
                    .allowHostAccess(WasmRuntime.HOST_ACCESS)
                    .allowPolyglotAccess(PolyglotAccess.NONE)
                    .allowIO(fileAccess(source))
                    .out(new LogStream(log, System.Logger.Level.INFO, source.name()))
                    .err(new LogStream(log, System.Logger.Level.ERROR, source.name()))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new RuntimeUnusableException("JavaScript cannot be started: module=%s, reason=%s"
                    .formatted(source.name(), e.getMessage()), e);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static IOAccess fileAccess(JsSource source) {
        if (source.file().isEmpty()) {
            return IOAccess.NONE;
        }
        try {
            return IOAccess.newBuilder().fileSystem(new ModuleFolder(folder(source.file().get()))).build();
        } catch (IOException e) {
            throw new LoadException("the module's folder cannot be read: module=%s, file=%s"
                    .formatted(source.name(), source.file().get()), e);
        }
    }

    private static ProxyExecutable logImport(String module, GuestLog log) {
        return arguments -> {
            int level = arguments.length > 0 && arguments[0].fitsInInt() ? arguments[0].asInt() : -1;
            if (level < 0 || level > 3) {
                throw new IllegalArgumentException("penny.log: level=%s, known=0 debug, 1 info, 2 warn, 3 error"
                        .formatted(arguments.length > 0 ? arguments[0] : "none"));
            }
            byte[] text = arguments[1].asString().getBytes(StandardCharsets.UTF_8);
            log.log(LogStream.level(level), module, GuestLog.line(text, text.length));
            return null;
        };
    }

    private static LoadException notLoaded(String module, PolyglotException e) {
        Stream<SourceSection> frames = StreamSupport.stream(e.getPolyglotStackTrace().spliterator(), false)
                .filter(PolyglotException.StackFrame::isGuestFrame)
                .map(PolyglotException.StackFrame::getSourceLocation);
        String place = Stream.concat(Stream.ofNullable(e.getSourceLocation()), frames)
                .filter(at -> at != null && at.isAvailable())
                .findFirst()
                .map(at -> ", file=%s, line=%d, column=%d".formatted(at.getSource().getName(), at.getStartLine(), at.getStartColumn()))
                .orElse("");
        String what = e.isSyntaxError() ? "syntax error" : "the module failed while it was loaded";
        return new LoadException("%s: module=%s%s, reason=%s".formatted(what, module, place, e.getMessage()), e);
    }

    /** Its forks. */
    JsForks forks() {
        return forks;
    }

    /** True if this export is an async function. */
    boolean isAsync(String function) {
        return isAsync.execute(exports.getMember(function)).asBoolean();
    }

    /** True if this export is a generator function. */
    boolean isGenerator(String function) {
        return isGenerator.execute(exports.getMember(function)).asBoolean();
    }

    /** A context of its own for tasks that enter while a task waits in this one and need promises to settle. Made on first use. */
    JsContext inner(WorkerLink link) {
        if (inner.isEmpty()) {
            JsContext made = another.get();
            made.forks.link(link);
            inner = Optional.of(made);
        }
        return inner.get();
    }

    /** The module's namespace. */
    Value exports() {
        return exports;
    }

    /**
     * The function to call with plain Java arguments: as exported, or wrapped where JavaScript must make the value itself, a
     * {@code BigInt} from a {@code long} and a {@code Uint8Array} over a buffer.
     */
    Value callable(String function, Signature signature) {
        Value exported = exports.getMember(function);
        List<ValueType> parameters = signature.parameters();
        if (!parameters.contains(ValueType.I64) && !parameters.contains(ValueType.BYTES)) {
            return exported;
        }
        String names = IntStream.range(0, parameters.size()).mapToObj(i -> "a" + i).collect(Collectors.joining(", "));
        String values = IntStream.range(0, parameters.size()).mapToObj(i -> switch (parameters.get(i)) {
            case I64 -> "BigIntOf(a" + i + ")";
            case BYTES -> "new BytesOf(new BufferOf(a" + i + "))";
            case I32, F32, F64, STRING -> "a" + i;
        }).collect(Collectors.joining(", "));
        Source make = script("(BigIntOf, BytesOf, BufferOf) => (task) => (%s) => task(%s)".formatted(names, values));
        return adapter.execute(context.eval(make)).execute(exported);
    }

    /** An {@code ArrayBuffer} with exactly the bytes of a {@code Uint8Array} or {@code ArrayBuffer}; null for anything else. */
    Value bufferOf(Value value) {
        return bytes.execute(value);
    }

    /** Calls {@code sink(fulfilled, value)} when the promise settles; microtasks have run when this returns. */
    void settle(Value promise, ProxyExecutable sink) {
        settle.executeVoid(promise, sink);
    }

    @Override
    public void close() {
        inner.ifPresent(JsContext::close);
        context.close(true);
    }

    private static Source script(String text) {
        return Source.newBuilder("js", text, PENNY_SCRIPT).internal(true).buildLiteral();
    }
}
