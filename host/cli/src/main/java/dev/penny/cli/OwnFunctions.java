package dev.penny.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.penny.JavaModuleBuilder;
import dev.penny.Penny;
import dev.penny.api.JavaTask;
import dev.penny.api.Signature;
import dev.penny.api.TaskCall;
import dev.penny.api.TaskModule;
import dev.penny.api.ValueType;
import dev.penny.cli.graph.OwnFunction;
import dev.penny.cli.graph.Plan;
import dev.penny.cli.graph.PlannedTask.Action;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The functions Penny adds to a graph, as a Java module with those that a plan needs. */
final class OwnFunctions {

    private static final String MODULE = "penny";
    private static final JsonFactory JSON = new JsonFactoryBuilder().rootValueSeparator(",").build();

    private final Terminal terminal;
    private final OutputFiles files;

    /** A task that a {@code when} or {@code unless} keeps from running. */
    static final class NotWanted extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotWanted(long value) {
            super("the value is " + value);
        }
    }

    OwnFunctions(Terminal terminal, OutputFiles files) {
        this.terminal = terminal;
        this.files = files;
    }

    /** Registers what the plan needs; nothing if it needs none of them. */
    Optional<TaskModule> register(Penny penny, Plan plan) {
        List<Action.Own> needed = plan.tasks().stream().map(task -> task.action())
                .flatMap(action -> action instanceof Action.Own own ? Stream.of(own) : Stream.empty())
                .distinct().toList();
        if (needed.isEmpty()) {
            return Optional.empty();
        }
        JavaModuleBuilder builder = penny.javaModule(MODULE);
        for (Action.Own own : needed) {
            JavaTask body = body(own.function(), own.signature());
            if (own.function().blocking()) {
                builder.blockingFunction(name(own.function()), own.signature().toString(), body);
            } else {
                builder.function(name(own.function()), own.signature().toString(), body);
            }
        }
        return Optional.of(builder.register());
    }

    static String name(OwnFunction function) {
        return function.name().toLowerCase(Locale.ROOT);
    }

    private JavaTask body(OwnFunction function, Signature signature) {
        List<ValueType> types = signature.parameters();
        return switch (function) {
            case READ -> call -> read(call, signature.result().orElseThrow());
            case WRITE -> call -> files.write(call.string(0), content(value(call, 1, types.get(1))));
            case GATHER -> call -> gather(call, types, signature.result().orElseThrow());
            case JSON_VALUES -> call -> call.result(jsonValues(call, types));
            case JSON_ARRAY -> call -> result(call, ("[" + call.string(0) + "]").getBytes(StandardCharsets.UTF_8), signature.result().orElseThrow());
            case ALL -> _ -> { };
            case SAME -> call -> same(call, types.getFirst());
            case WHEN -> call -> guard(call, types.getFirst(), true);
            case UNLESS -> call -> guard(call, types.getFirst(), false);
        };
    }

    private void read(TaskCall call, ValueType type) throws IOException {
        String name = call.string(0);
        try {
            result(call, Files.readAllBytes(terminal.resolve(name)), type);
        } catch (IOException | OutOfMemoryError e) {
            throw new IOException("cannot read: file=%s, reason=%s".formatted(name, Errors.reason(e)), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s: file=%s".formatted(e.getMessage(), name), e);
        }
    }

    private static void gather(TaskCall call, List<ValueType> types, ValueType result) {
        byte[] separator = call.string(0).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 1; i < types.size(); i++) {
            if (i > 1) {
                all.writeBytes(separator);
            }
            Object value = value(call, i, types.get(i));
            all.writeBytes(value instanceof byte[] bytes ? bytes : String.valueOf(value).getBytes(StandardCharsets.UTF_8));
        }
        result(call, all.toByteArray(), result);
    }

    private static String jsonValues(TaskCall call, List<ValueType> types) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            for (int i = 0; i < types.size(); i++) {
                new ResultFormat(Optional.of(types.get(i))).json(json, Optional.of(value(call, i, types.get(i))));
            }
        }
        return text.toString();
    }

    private static void guard(TaskCall call, ValueType type, boolean nonZero) {
        long value = type == ValueType.I32 ? call.i32(0) : call.i64(0);
        if (value != 0 != nonZero) {
            throw new NotWanted(value);
        }
    }

    /** What goes into a file: bytes and text as they are, a number as a line. */
    static byte[] content(Object value) {
        return switch (value) {
            case byte[] bytes -> bytes;
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            case Object number -> (number + "\n").getBytes(StandardCharsets.UTF_8);
        };
    }

    private static void result(TaskCall call, byte[] bytes, ValueType type) {
        if (type == ValueType.BYTES) {
            call.result(bytes);
        } else {
            call.result(Text.utf8(bytes).orElseThrow(() -> new IllegalArgumentException("not UTF-8 text")));
        }
    }

    private static void same(TaskCall call, ValueType type) {
        switch (type) {
            case I32 -> call.result(call.i32(0));
            case I64 -> call.result(call.i64(0));
            case F32 -> call.result(call.f32(0));
            case F64 -> call.result(call.f64(0));
            case BYTES -> call.result(call.bytes(0));
            case STRING -> call.result(call.string(0));
        }
    }

    private static Object value(TaskCall call, int index, ValueType type) {
        return switch (type) {
            case I32 -> call.i32(index);
            case I64 -> call.i64(index);
            case F32 -> call.f32(index);
            case F64 -> call.f64(index);
            case BYTES -> call.bytes(index);
            case STRING -> call.string(index);
        };
    }
}
