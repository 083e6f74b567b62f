package dev.penny;

import dev.penny.api.LoadOptions;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.JavaTask;
import dev.penny.api.WorkerCounters;
import dev.penny.spi.ThreadBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;

// Sketch of the facade for parallel work; the lead replaces it.
public abstract class Penny implements AutoCloseable {

    public static Builder builder() { throw new UnsupportedOperationException(); }

    public abstract TaskModule load(Path path);
    public abstract TaskModule load(Path path, LoadOptions options);
    public abstract TaskModule loadWasm(byte[] wasm, LoadOptions options);
    public abstract TaskModule loadJs(String source, LoadOptions options);
    /** Static methods annotated with @Task. */
    public abstract TaskModule register(Class<?> tasks);
    public abstract JavaModuleBuilder javaModule(String name);
    public abstract ExecutorService asExecutorService();
    public abstract void swapBackend(ThreadBackend backend);
    public abstract int workers();
    public abstract List<WorkerCounters> counters();
    @Override public abstract void close();          // drains
    public abstract void closeNow();                  // cancels what has not started

    public interface JavaModuleBuilder {
        JavaModuleBuilder function(String name, String signature, JavaTask task);
        JavaModuleBuilder blockingFunction(String name, String signature, JavaTask task);
        TaskModule register();
    }

    public interface Builder {
        Builder workers(int workers);                  // default availableProcessors, 1..256
        Builder backend(ThreadBackend backend);
        Builder backend(String name);                  // by ServiceLoader name: platform virtual fork-join deterministic
        Builder seed(long seed);
        Builder memoryBytes(long bytes);               // core memory, default 64 MiB
        Builder queueCapacity(int tasks);              // injector
        Builder rejectWhenFull(boolean reject);
        Penny build();
    }
}
