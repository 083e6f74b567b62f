package dev.penny.internal.engine;

import dev.penny.api.GraphException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskOptions;
import dev.penny.api.TaskResults;
import dev.penny.api.ValueType;
import dev.penny.internal.core.CoreMemory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/** The calls of a function, on its default terms or on others. */
abstract sealed class FunctionCalls<R> implements TaskFunction<R> permits LoadedFunction, FunctionView {

    /** What is called. */
    abstract LoadedFunction<R> loaded();

    /** A function as Penny makes them. @throws GraphException it is somebody else's */
    static <R> FunctionCalls<R> of(TaskFunction<R> function) {
        if (Objects.requireNonNull(function, "function") instanceof FunctionCalls<R> calls) {
            return calls;
        }
        throw new GraphException("not a function of a module: function=%s, class=%s"
                .formatted(function.mangledName(), function.getClass().getName()));
    }

    /** How what is called is submitted. */
    abstract Terms terms();

    @Override
    public TaskFunction<R> with(TaskOptions options) {
        return new FunctionView<>(loaded(), loaded().scheduler().submitter().terms(options));
    }

    @Override
    public TaskHandle<R> submit(Object... arguments) {
        return submitted(loaded().marshaller().keep(arguments));
    }

    @Override
    public R call(Object... arguments) {
        // The caller waits until nobody needs its arrays any more.
        return submitted(loaded().marshaller().prepare(arguments)).joinUnwrapped();
    }

    private SubmittedTask<R> submitted(Object[] prepared) {
        LoadedFunction<R> function = loaded();
        SubmittedTask<R> task = new SubmittedTask<>(function.scheduler(), function, terms(), prepared);
        function.scheduler().submitter().submit(task);
        return task;
    }

    @Override
    public TaskResults<R> map(Iterator<?> inputs) {
        LoadedFunction<R> function = loaded();
        return function.isBlocking()
                ? new SingleRun<>(function.scheduler(), function, terms(), inputs)
                : new BulkRun<>(function.scheduler(), function, terms(), inputs);
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
        loaded().marshaller().checkRange(from, to);
        return map(LongStream.range(from, to).mapToObj(this::argument).iterator());
    }

    private Object argument(long number) {
        return switch (signature().parameters().getFirst()) {
            case I32 -> (Object) (int) number;
            case I64 -> (Object) number;
            case F32 -> (Object) (float) number;
            case F64 -> (Object) (double) number;
            case BYTES, STRING -> throw new SignatureException("a range needs a function of one number: function=" + mangledName());
        };
    }

    @Override
    public long[] mapRangeToLongs(long from, long to) {
        loaded().marshaller().checkRange(from, to);
        loaded().marshaller().checkResult(ValueType.I32, ValueType.I64);
        Marshaller marshaller = loaded().marshaller();
        long[] results = new long[length(from, to)];
        new NumericRun(loaded().scheduler(), loaded(), terms(), from, results.length)
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
        loaded().marshaller().checkRange(from, to);
        loaded().marshaller().checkResult(ValueType.F32, ValueType.F64);
        Marshaller marshaller = loaded().marshaller();
        double[] results = new double[length(from, to)];
        new NumericRun(loaded().scheduler(), loaded(), terms(), from, results.length)
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
                    .formatted(mangledName(), from, to, Integer.MAX_VALUE - 8));
        }
        return (int) (to - from);
    }
}
