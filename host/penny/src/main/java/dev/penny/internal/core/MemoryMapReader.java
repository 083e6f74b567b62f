package dev.penny.internal.core;

import dev.penny.api.MemoryMap;
import dev.penny.api.MemoryMap.Region;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads the memory map from the globals of an initialised core. */
public final class MemoryMapReader {

    private final CoreMemory memory;

    private MemoryMapReader(CoreMemory memory) {
        this.memory = memory;
    }

    /** The map of this memory. */
    public static MemoryMap read(CoreMemory memory) {
        return new MemoryMapReader(memory).read();
    }

    private record Start(String name, int offset, long count) { }

    private MemoryMap read() {
        int workers = global(CoreLayout.GLOBALS_WORKER_COUNT);
        List<Start> starts = new ArrayList<>(List.of(
                new Start("unused", 0, 0),
                new Start("globals", CoreLayout.GLOBALS_REF, 1),
                new Start("workers", global(CoreLayout.GLOBALS_WORKERS_REF), workers),
                new Start("deque rings", global(CoreLayout.GLOBALS_RINGS_REF), workers),
                new Start("injectors", global(CoreLayout.GLOBALS_INJECTOR_REF), CoreLayout.PRIORITY_COUNT),
                new Start("mailboxes", global(CoreLayout.GLOBALS_MAILBOXES_REF), workers),
                new Start("worker frames", global(CoreLayout.GLOBALS_FRAMES_REF), global(CoreLayout.GLOBALS_FRAME_COUNT)),
                new Start("host frames", global(CoreLayout.GLOBALS_HOST_FRAMES_REF), global(CoreLayout.GLOBALS_HOST_FRAME_COUNT)),
                new Start("registry entries", global(CoreLayout.GLOBALS_REGISTRY_REF), global(CoreLayout.GLOBALS_REGISTRY_CAPACITY)),
                new Start("shadow stacks", global(CoreLayout.GLOBALS_STACKS_REF), workers),
                new Start("arguments", global(CoreLayout.GLOBALS_ARGS_REF), 1),
                new Start("result heap map", global(CoreLayout.GLOBALS_HEAP_MAP_REF), 1),
                new Start("result heap chunks", global(CoreLayout.GLOBALS_HEAP_REF), global(CoreLayout.GLOBALS_HEAP_CHUNK_COUNT))));
        starts.sort(Comparator.comparingInt(Start::offset));
        List<Region> regions = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            Start start = starts.get(i);
            int end = i + 1 < starts.size() ? starts.get(i + 1).offset() : memory.sizeBytes();
            regions.add(new Region(start.name(), start.offset(), end - start.offset(), start.count()));
        }
        return new MemoryMap(regions);
    }

    private int global(int offset) {
        return memory.getInt(CoreLayout.GLOBALS_REF + offset);
    }
}
