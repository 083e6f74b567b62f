package dev.penny.internal.engine;

import dev.penny.api.JavaTask;
import dev.penny.api.LoadException;
import dev.penny.api.LoadOptions;
import dev.penny.api.Signature;
import dev.penny.api.TaskModule;
import dev.penny.internal.guest.Guest;
import dev.penny.internal.guest.GuestLog;
import dev.penny.internal.guest.WasmGuests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Turns files, bytes, source text and Java code into guests of a scheduler. */
public final class ModuleLoader {

    private final Scheduler scheduler;
    private final GuestLog log = GuestLog.system();

    /** For one scheduler. */
    public ModuleLoader(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** A Java lambda to register. */
    public record JavaFunction(String name, Signature signature, JavaTask task, boolean blocking) { }

    /** Reads a file by its extension. @throws LoadException if it cannot be */
    public Guest read(Path path, LoadOptions options) {
        String file = String.valueOf(path.getFileName());
        int dot = file.lastIndexOf('.');
        String extension = dot < 0 ? "" : file.substring(dot + 1);
        LoadOptions named = options.name().isPresent() ? options : options.named(dot < 0 ? file : file.substring(0, dot));
        byte[] bytes = bytes(path);
        return switch (extension) {
            case "wasm" -> wasm(bytes, named);
            default -> throw new LoadException("unknown kind of module: file=%s, extension='%s', known=.wasm .js .mjs".formatted(path, extension));
        };
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
        return WasmGuests.load(scheduler.runtime(), name(options), bytes, options, log);
    }

    /** A JavaScript module. */
    public Guest js(String source, LoadOptions options) {
        throw new LoadException("not there yet: " + name(options));
    }

    /** A class of annotated methods. */
    public Guest java(Class<?> tasks) {
        throw new LoadException("not there yet: " + tasks);
    }

    /** Java lambdas. */
    public Guest java(String name, List<JavaFunction> functions) {
        throw new LoadException("not there yet: " + name + functions);
    }

    private static String name(LoadOptions options) {
        return options.name().orElseThrow(() -> new LoadException("a module that is not a file needs a name: use LoadOptions.named"));
    }

    /** Adds a guest as a module. */
    public TaskModule add(Guest guest) {
        return scheduler.modules().add(guest);
    }

    /** Puts another guest behind a module. */
    public void replace(TaskModule module, Guest next) {
        scheduler.modules().replace((LoadedModule) module, next);
    }

    /** The function behind {@link TaskExecutorService}s, made on first use. */
    public TaskExecutorService.ExecutorFunction executorFunction() {
        throw new LoadException("not there yet");
    }
}
