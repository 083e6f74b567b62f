package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.PennyBuilder;
import dev.penny.api.LoadOptions;
import dev.penny.api.Policy;
import dev.penny.api.WasiOptions;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Options of every command that runs tasks. */
final class RuntimeOptions {

    /** Half of the core memory is for arguments: with four times the largest, two of them are in flight. */
    private static final int LARGEST_TIMES = 4;
    /** Beyond this much memory one of the largest at a time is enough. */
    private static final long GENEROUS_BYTES = 1L << 30;
    private static final long MEMORY_BYTES_DEFAULT = 64L << 20;
    private static final long MEMORY_BYTES_MIN = 4L << 20;
    private static final long MEMORY_BYTES_MAX = 32_767L * 65_536;
    /** No argument can be larger than this. */
    static final long ARGUMENT_BYTES_MAX = MEMORY_BYTES_MAX / 2;
    private static final int WORKERS_MAX = 256;

    @Option(names = "--workers", paramLabel = "N", description = "Worker threads, 1 to 256; default: one per core.")
    private Optional<Integer> workers = Optional.empty();

    @Option(names = "--backend", paramLabel = "NAME",
            description = "Where threads come from: platform (default), virtual, fork-join, deterministic.")
    private Optional<String> backend = Optional.empty();

    @Option(names = "--policy", paramLabel = "NAME", description = "Which worker runs what: work-stealing (default), round-robin, random, "
            + "merry-go-round, hybrid.")
    private Optional<String> policy = Optional.empty();

    @Option(names = "--seed", paramLabel = "N",
            description = "Seed of the schedule: the same seed on the deterministic backend gives the same order.")
    private Optional<Long> seed = Optional.empty();

    @Option(names = "--memory", paramLabel = "SIZE", converter = SizeParser.class,
            description = "Memory for the scheduler, arguments and results, as 256M; default 64M, more for larger input files.")
    private Optional<Long> memoryBytes = Optional.empty();

    @Option(names = "--module-memory", paramLabel = "SIZE", converter = SizeParser.class,
            description = "Most memory one instance of a module may declare; default 256M.")
    private Optional<Long> moduleMemoryBytes = Optional.empty();

    @Option(names = "--wasi", description = "Let the module use WASI preview 1: arguments, environment, clocks, random, output.")
    private boolean wasi;

    @Option(names = "--arg", paramLabel = "TEXT", description = "An argument for a WASI module; repeat for more.")
    private List<String> wasiArguments = new ArrayList<>();

    @Option(names = "--env", paramLabel = "NAME=VALUE", description = "An environment variable for a WASI module; repeat for more.")
    private Map<String, String> wasiEnvironment = new LinkedHashMap<>();

    @Option(names = "--class-path", paramLabel = "PATH", description = "Where the class of java:CLASS is found, as for java -cp.")
    private String classPath = "";

    String classPath() {
        return classPath;
    }

    /** The policy that was asked for. */
    Optional<String> policy() {
        return policy;
    }

    /** Names of the backends that are installed. */
    static List<String> backendNames() {
        return ServiceLoader.load(ThreadBackend.class).stream().map(provider -> provider.get().name()).sorted().toList();
    }

    /** Names of the policies. */
    static List<String> policyNames() {
        return Policy.ALL.stream().map(Policy::name).toList();
    }

    /**
     * Checks what can be checked without a runtime.
     *
     * @throws UsageException an option is out of range, unknown or useless here
     */
    void check() {
        workers.ifPresent(count -> inRange("--workers", count, 1, WORKERS_MAX));
        memoryBytes.ifPresent(RuntimeOptions::checkMemory);
        moduleMemoryBytes.ifPresent(bytes -> inRange("--module-memory", bytes, 65_536, MEMORY_BYTES_MAX));
        backend.ifPresent(name -> {
            List<String> known = backendNames();
            if (!known.contains(name)) {
                throw new UsageException("unknown backend: name=%s, known: %s".formatted(name, String.join(" ", known)));
            }
        });
        policy.ifPresent(name -> {
            if (!policyNames().contains(name)) {
                throw new UsageException("unknown policy: name=%s, known: %s".formatted(name, String.join(" ", policyNames())));
            }
        });
        if (!wasi && !(wasiArguments.isEmpty() && wasiEnvironment.isEmpty())) {
            throw new UsageException("--arg and --env are for WASI modules: add --wasi");
        }
    }

    /**
     * Starts Penny.
     *
     * @param largestBytes size of the largest argument known beforehand
     */
    Penny start(long largestBytes) {
        return start(largestBytes, builder -> { });
    }

    /** The same, with more settings. */
    Penny start(long largestBytes, Consumer<PennyBuilder> more) {
        PennyBuilder builder = Penny.builder();
        workers.ifPresent(builder::workers);
        backend.ifPresent(builder::backend);
        policy.ifPresent(builder::policy);
        seed.ifPresent(builder::seed);
        builder.memoryBytes(memoryBytes.orElseGet(() -> memoryFor(largestBytes)));
        more.accept(builder);
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** How modules are loaded. */
    LoadOptions loadOptions(String module) {
        LoadOptions options = LoadOptions.DEFAULT;
        if (moduleMemoryBytes.isPresent()) {
            options = options.withMemoryLimit(moduleMemoryBytes.get());
        }
        if (wasi) {
            List<String> argv = new ArrayList<>(List.of(module));
            argv.addAll(wasiArguments);
            options = options.withWasi(new WasiOptions(argv, wasiEnvironment, WasiOptions.DEFAULT.outputLimitBytes()));
        }
        return options;
    }

    /** Core memory that has room for an argument of this size, as far as there is so much. */
    static long memoryFor(long largestBytes) {
        long largest = Math.min(largestBytes, ARGUMENT_BYTES_MAX);
        long oneAtATime = 2 * largest + MEMORY_BYTES_DEFAULT;
        long wanted = Math.max(MEMORY_BYTES_DEFAULT, Math.min(largest * LARGEST_TIMES, Math.max(GENEROUS_BYTES, oneAtATime)));
        return Math.min(MEMORY_BYTES_MAX, wanted + 0xFFFF & ~0xFFFFL);
    }

    /** @throws UsageException no runtime has so little or so much memory */
    static void checkMemory(long bytes) {
        inRange("--memory", bytes, MEMORY_BYTES_MIN, MEMORY_BYTES_MAX);
    }

    private static void inRange(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new UsageException("%s out of range: value=%d, min=%d, max=%d".formatted(option, value, min, max));
        }
    }
}
