package dev.penny.cli;

import dev.penny.api.Outcome;
import dev.penny.api.PennyException;
import dev.penny.api.Signature;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.api.TaskOptions;
import dev.penny.api.TaskResults;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** A task function without a runtime: it pulls inputs ahead of results as the real one does, and applies a Java function. */
final class FakeFunction implements TaskFunction<Object> {

    private final Signature signature;
    private final int window;
    private final Function<Object, Object> body;
    int maps;
    int pulledAheadMax;

    FakeFunction(String signature, int window, Function<Object, Object> body) {
        this.signature = Signature.parse(signature);
        this.window = window;
        this.body = body;
    }

    static FakeFunction of(String signature) {
        return new FakeFunction(signature, 1, input -> input);
    }

    @Override
    public TaskModule module() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public String mangledName() {
        return "test/fake" + signature;
    }

    @Override
    public TaskFunction<Object> with(TaskOptions options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public TaskHandle<Object> submit(Object... arguments) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Object call(Object... arguments) {
        throw new UnsupportedOperationException();
    }

    @Override
    public TaskResults<Object> map(Iterator<?> inputs) {
        maps++;
        return new Results(inputs);
    }

    @Override
    public List<Object> mapAll(Iterable<?> inputs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public TaskResults<Object> mapRange(long from, long to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long[] mapRangeToLongs(long from, long to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public double[] mapRangeToDoubles(long from, long to) {
        throw new UnsupportedOperationException();
    }

    private final class Results implements TaskResults<Object> {

        private final Iterator<?> inputs;
        private final ArrayDeque<Object> pulled = new ArrayDeque<>();

        Results(Iterator<?> inputs) {
            this.inputs = inputs;
        }

        @Override
        public boolean hasNext() {
            while (pulled.size() < window && inputs.hasNext()) {
                pulled.add(inputs.next());
            }
            pulledAheadMax = Math.max(pulledAheadMax, pulled.size());
            return !pulled.isEmpty();
        }

        @Override
        public Outcome<Object> next() {
            hasNext();
            Object input = pulled.remove();
            try {
                return new Outcome.Done<>(body.apply(input));
            } catch (PennyException e) {
                return new Outcome.Failed<>(e);
            } catch (IllegalArgumentException e) {
                return new Outcome.Failed<>(new TaskFailedException(mangledName(), e.getMessage(), List.of(), e));
            }
        }

        @Override
        public Stream<Object> values() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void cancel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() { }
    }
}
