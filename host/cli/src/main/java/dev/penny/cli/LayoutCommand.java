package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.api.MemoryMap;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code penny layout}. */
@Command(name = "layout", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Prints where things lie in the scheduler's memory, and the fields of its structs.")
final class LayoutCommand implements Callable<Integer> {

    private static final int WORKERS_MAX = 256;
    /** Sections of docs/abi.md that describe structs. */
    private static final List<String> STRUCTS = List.of("Globals", "Worker", "Counters", "Injector", "Frame", "Block");

    @ParentCommand
    private PennyCommand penny;

    @Option(names = "--workers", paramLabel = "N", description = "For this many workers, 1 to 256; default: one per core.")
    private Optional<Integer> workers = Optional.empty();

    @Option(names = "--memory", paramLabel = "SIZE", converter = SizeParser.class, description = "For a memory of this size; default 64M.")
    private Optional<Long> memoryBytes = Optional.empty();

    @Override
    public Integer call() throws IOException {
        workers.filter(count -> count < 1 || count > WORKERS_MAX).ifPresent(count -> {
            throw new UsageException("--workers out of range: value=%d, min=1, max=%d".formatted(count, WORKERS_MAX));
        });
        memoryBytes.ifPresent(RuntimeOptions::checkMemory);
        MemoryMap map;
        try (Penny runtime = start()) {
            map = runtime.memoryMap();
        }
        penny.terminal().out().write((regions(map) + structs(abiDocument())).getBytes(StandardCharsets.UTF_8));
        return ExitCode.OK;
    }

    private Penny start() {
        var builder = Penny.builder();
        workers.ifPresent(builder::workers);
        try {
            memoryBytes.ifPresent(builder::memoryBytes);
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    static String regions(MemoryMap map) {
        Table table = new Table().row("region", "offset", "bytes", "count", "each");
        for (MemoryMap.Region region : map.regions()) {
            long each = region.count() == 0 ? 0 : region.bytes() / region.count();
            table.row(region.name(), region.offset(), region.bytes(), region.count(), each);
        }
        return "Memory, %,d bytes%n%n%s".formatted(map.bytes(), table);
    }

    /** The tables of the structs in the generated document docs/abi.md. */
    static String structs(String document) {
        StringBuilder text = new StringBuilder();
        for (String section : document.split("\n## ")) {
            List<String> lines = section.lines().toList();
            if (!lines.isEmpty() && STRUCTS.contains(lines.getFirst())) {
                text.append("\n").append(lines.getFirst()).append("\n");
                Table table = new Table();
                lines.stream().filter(line -> line.startsWith("|") && !line.startsWith("|---")).forEach(line -> {
                    String[] cells = line.substring(1).split("(?<!\\\\)\\|");
                    table.row("  " + cells[0].strip().replace("`", ""), cells[1].strip(), cells[2].strip());
                });
                text.append(table);
            }
        }
        return text.toString();
    }

    static String abiDocument() throws IOException {
        try (InputStream in = LayoutCommand.class.getResourceAsStream("abi.md")) {
            if (in == null) {
                throw new IllegalStateException("the build forgot docs/abi.md");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
