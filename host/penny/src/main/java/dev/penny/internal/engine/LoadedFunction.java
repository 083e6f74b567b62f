package dev.penny.internal.engine;

import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.api.TaskResults;
import dev.penny.api.ValueType;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.guest.Guest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;

/** A function with its slot. The slot changes when the module is replaced; tasks in flight keep the one they were submitted with. */
final class LoadedFunction<R> implements TaskFunction<R> {

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
    public TaskHandle<R> submit(Object... arguments) {
        SubmittedTask<R> task = new SubmittedTask<>(scheduler, this, marshaller.prepare(arguments));
        scheduler.submitter().submit(task);
        return task;
    }

    @Override
    public R call(Object... arguments) {
        SubmittedTask<R> task = new SubmittedTask<>(scheduler, this, marshaller.prepare(arguments));
        scheduler.submitter().submit(task);
        return task.joinUnwrapped();
    }

    @Override
    public TaskResults<R> map(Iterator<?> inputs) {
        return isBlocking() ? new SingleRun<>(scheduler, this, inputs) : new BulkRun<>(scheduler, this, inputs);
    }

    @Override
    public List<R> mapAll(Iterable<?> inputs) {
        List<R> results = new ArrayList<>();
        try (TaskResults<R> run = map(inputs.iterator())) {
            while (run.hasNext()) {
                results.add(run.next().get());
            }
        }
        return results;
    }

    @Override
    public TaskResults<R> mapRange(long from, long to) {
        marshaller.checkRange(from, to);
        return map(LongStream.range(from, to).mapToObj(this::argument).iterator());
    }

    private Object argument(long number) {
        return switch (signature.parameters().getFirst()) {
            case I32 -> (Object) (int) number;
            case I64 -> (Object) number;
            case F32 -> (Object) (float) number;
            case F64 -> (Object) (double) number;
            case BYTES, STRING -> throw new SignatureException("a range needs a function of one number: function=" + mangledName);
        };
    }

    @Override
    public long[] mapRangeToLongs(long from, long to) {
        marshaller.checkRange(from, to);
        marshaller.checkResult(ValueType.I32, ValueType.I64);
        long[] results = new long[length(from, to)];
        new NumericRun(scheduler, this, from, results.length)
                .run(first -> new BulkChunk.Reader() {
                    @Override
                    public void done(int item, CoreMemory memory, int record) {
                        results[first + item] = marshaller.readLong(memory, record);
                    }

                    @Override
                    public void allDone(int count, CoreMemory memory, int firstRecord, int stride) {
                        marshaller.readLongs(memory, firstRecord, stride, results, first, count);
                    }
                });
        return results;
    }

    @Override
    public double[] mapRangeToDoubles(long from, long to) {
        marshaller.checkRange(from, to);
        marshaller.checkResult(ValueType.F32, ValueType.F64);
        double[] results = new double[length(from, to)];
        new NumericRun(scheduler, this, from, results.length)
                .run(first -> new BulkChunk.Reader() {
                    @Override
                    public void done(int item, CoreMemory memory, int record) {
                        results[first + item] = marshaller.readDouble(memory, record);
                    }

                    @Override
                    public void allDone(int count, CoreMemory memory, int firstRecord, int stride) {
                        marshaller.readDoubles(memory, firstRecord, stride, results, first, count);
                    }
                });
        return results;
    }

    private int length(long from, long to) {
        if (to - from < 0 || to - from > Integer.MAX_VALUE - 8) {
            throw new SignatureException("range too long for an array: function=%s, from=%d, to=%d, limit=%d"
                    .formatted(mangledName, from, to, Integer.MAX_VALUE - 8));
        }
        return (int) (to - from);
    }

    @Override
    public String toString() {
        return mangledName;
    }
}
