package dev.penny.internal.engine;

import dev.penny.api.LoadException;
import dev.penny.api.LoadOptions;
import dev.penny.api.ModuleInspection;
import dev.penny.api.TaskModule;
import dev.penny.internal.guest.Guest;
import dev.penny.internal.guest.GuestLog;
import dev.penny.internal.guest.JavaGuest;
import dev.penny.internal.guest.JsGuest;
import dev.penny.internal.guest.JsSource;
import dev.penny.internal.guest.WasmGuests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Turns files, bytes, source text and Java code into guests of a scheduler. */
public final class ModuleLoader {

    private final Scheduler scheduler;
    private final GuestLog log = GuestLog.system();
    private TaskExecutorService.ExecutorFunction executorFunction;

    /** For one scheduler. */
    public ModuleLoader(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Reads a file by its extension. @throws LoadException if it cannot be */
    public Guest read(Path path, LoadOptions options) {
        String file = String.valueOf(path.getFileName());
        int dot = file.lastIndexOf('.');
        String extension = dot < 0 ? "" : file.substring(dot + 1);
        LoadOptions named = options.name().isPresent() ? options : options.named(dot < 0 ? file : file.substring(0, dot));
        byte[] bytes = bytes(path);
        return switch (extension) {
            case "wasm" -> wasm(bytes, named);
            case "js", "mjs" -> js(new JsSource(name(named), text(path, bytes), Optional.of(path)));
            default -> throw new LoadException("unknown kind of module: file=%s, extension='%s', known=.wasm .js .mjs"
                    .formatted(path, extension));
        };
    }

    /** Says what is in a file. @throws LoadException if it cannot be read at all */
    public ModuleInspection inspect(Path path, LoadOptions options) {
        String file = String.valueOf(path.getFileName());
        if (file.endsWith(".wasm")) {
            String name = options.name().orElse(file.substring(0, file.length() - ".wasm".length()));
            return WasmGuests.inspect(name, bytes(path), options);
        }
        try (Guest guest = read(path, options)) {
            return inspect(guest, bytes(path).length);
        }
    }

    /** Says what is in a class of annotated methods. */
    public ModuleInspection inspect(Class<?> tasks) {
        try (Guest guest = java(tasks)) {
            return inspect(guest, 0);
        }
    }

    private static ModuleInspection inspect(Guest guest, int sizeBytes) {
        List<ModuleInspection.Function> functions = guest.functions().stream().map(function -> new ModuleInspection.Function(
                function.name(), function.signatures(), function.nativeType(), Optional.empty()))
                .sorted(Comparator.comparing(ModuleInspection.Function::name)).toList();
        return new ModuleInspection(guest.name(), guest.kind(), sizeBytes, List.of(), functions,
                List.of(), List.of(), List.of(), List.of());
    }

    private static byte[] bytes(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new LoadException("no such file: file=" + path, e);
        } catch (IOException e) {
            throw new LoadException("cannot be read: file=%s, reason=%s".formatted(path, e.getMessage()), e);
        }
    }

    /** A wasm module. */
    public Guest wasm(byte[] bytes, LoadOptions options) {
        String name = name(options);
        scheduler.checkOpen("module " + name);
        return WasmGuests.load(scheduler.runtime(), name, bytes, options, log);
    }

    /** A JavaScript module that cannot import files. */
    public Guest js(String source, LoadOptions options) {
        return js(new JsSource(name(options), source, Optional.empty()));
    }

    private Guest js(JsSource source) {
        scheduler.checkOpen("module " + source.name());
        return JsGuest.load(scheduler.runtime(), source, log);
    }

    private static String text(Path path, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new LoadException("not UTF-8 text: file=" + path, e);
        }
    }

    /** A class of annotated methods, named like the class. */
    public Guest java(Class<?> tasks) {
        return JavaGuest.ofClass(tasks.getSimpleName(), tasks);
    }

    /** Java lambdas. */
    public Guest java(JavaModuleDraft draft) {
        return JavaGuest.of(draft.name(), draft.functions());
    }

    private static String name(LoadOptions options) {
        return options.name().orElseThrow(() -> new LoadException("a module that is not a file needs a name: use LoadOptions.named"));
    }

    /** Adds a guest as a module. */
    public TaskModule add(Guest guest) {
        try {
            scheduler.checkOpen("module " + guest.name());
            return scheduler.modules().add(guest);
        } catch (RuntimeException e) {
            guest.close();
            throw e;
        }
    }

    /** Puts another guest behind a module. */
    public void replace(TaskModule module, Guest next) {
        try {
            scheduler.modules().replace((LoadedModule) module, next);
        } catch (RuntimeException e) {
            next.close();
            throw e;
        }
    }

    /** The function behind {@link TaskExecutorService}s, registered on first use. */
    public synchronized TaskExecutorService.ExecutorFunction executorFunction() {
        if (executorFunction == null) {
            TaskExecutorService.ExecutorFunction function = new TaskExecutorService.ExecutorFunction();
            JavaModuleDraft draft = new JavaModuleDraft(Modules.OWN_PREFIX + "executor");
            draft.add("run", "(i64)->()", call -> function.run(call.i64(0)), false);
            scheduler.checkOpen("executor");
            function.bind(scheduler.modules().addOwn(java(draft)).function("run"));
            executorFunction = function;
        }
        return executorFunction;
    }
}
