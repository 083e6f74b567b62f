package dev.penny.internal.engine;

import dev.penny.api.Signature;
import dev.penny.api.TaskModule;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.guest.Guest;

/** A function with its slot. The slot changes when the module is replaced; tasks in flight keep the one they were submitted with. */
final class LoadedFunction<R> extends FunctionCalls<R> {

    private final Scheduler scheduler;
    private final LoadedModule module;
    private final String name;
    private final Signature signature;
    private final String mangledName;
    private final Marshaller marshaller;
    private volatile Version version;
    /** How many items made a good chunk in the last map; a hint, so races do not matter. */
    private volatile int chunkItems = 1;

    LoadedFunction(Scheduler scheduler, LoadedModule module, String name, Signature signature, Version version) {
        this.scheduler = scheduler;
        this.module = module;
        this.name = name;
        this.signature = signature;
        this.mangledName = module.name() + "/" + name + signature;
        this.marshaller = new Marshaller(mangledName, signature);
        this.version = version;
    }

    /** Which guest and slot new submissions use. */
    record Version(Guest guest, int slot) { }

    @Override
    public TaskModule module() {
        return module;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public String mangledName() {
        return mangledName;
    }

    @Override
    LoadedFunction<R> loaded() {
        return this;
    }

    @Override
    Terms terms() {
        return scheduler.submitter().defaults();
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Marshaller marshaller() {
        return marshaller;
    }

    int slot() {
        return version.slot();
    }

    Guest guest() {
        return version.guest();
    }

    void replaceBy(Version next) {
        version = next;
    }

    int chunkItemsHint() {
        return chunkItems;
    }

    void chunkItemsLearnt(int items) {
        if (items != chunkItems) {
            chunkItems = items;
        }
    }

    int frameFlags() {
        return marshaller.resultIsBlock() ? CoreLayout.FLAG_RESULT_BYTES : 0;
    }

    /** Whether its tasks leave the worker while they block; such tasks cannot be items of a bulk frame. */
    boolean isBlocking() {
        return version.guest().blocking(name, signature);
    }

    @SuppressWarnings("unchecked")
    R read(CoreMemory memory, int record) {
        return (R) marshaller.read(memory, record);
    }

    @Override
    public String toString() {
        return mangledName;
    }
}
