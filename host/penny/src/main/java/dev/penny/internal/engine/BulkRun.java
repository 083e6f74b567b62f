package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.DeadlineException;
import dev.penny.api.Outcome;
import dev.penny.api.PennyException;
import dev.penny.api.TaskResults;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A map over an iterator: inputs are packed into chunks, a bounded window of chunks is in flight, results come out in input order.
 * A function's first chunks have one item and grow until one takes a few milliseconds, so that both a million lines and ten slow
 * files spread well over the workers; later maps of the function start from what was learnt.
 */
final class BulkRun<R> implements TaskResults<R> {

    private static final int CHUNKS_PER_WORKER = 3;
    private static final int CHUNK_ITEMS_MAX = 4096;
    private static final int CHUNK_ITEMS_START_MAX = 1024;
    private static final long CHUNK_BYTES_MIN = 64 * 1024;
    private static final long CHUNK_GROWS_BELOW_NANOS = 4_000_000;
    private static final long CHUNK_SHRINKS_ABOVE_NANOS = 40_000_000;

    private final Scheduler scheduler;
    private final LoadedFunction<R> function;
    private final Terms terms;
    private final Inputs inputs;
    private final InFlight inFlight;
    private final int windowMax;
    private final long chunkBytesMax;
    private final ArrayDeque<Part<R>> window = new ArrayDeque<>();
    private Iterator<Outcome<R>> current = java.util.Collections.emptyIterator();
    private Prepared heldBack;
    private int chunkItems;

    BulkRun(Scheduler scheduler, LoadedFunction<R> function, Terms terms, Iterator<?> inputs) {
        this.scheduler = scheduler;
        this.function = function;
        this.terms = terms;
        this.inFlight = new InFlight(scheduler, function, terms);
        this.inputs = new Inputs(inputs);
        this.chunkItems = Math.min(CHUNK_ITEMS_START_MAX, function.chunkItemsHint());
        this.windowMax = CHUNKS_PER_WORKER * scheduler.workerCount();
        this.chunkBytesMax = scheduler.isLogged() ? CHUNK_BYTES_MIN
                : Math.max(CHUNK_BYTES_MIN, scheduler.argumentRegion().passingBytes() / (2L * windowMax));
    }

    /** An input brought to the parameter types, or why it cannot be. */
    private record Prepared(Object[] arguments, long blockBytes, PennyException refusal) { }

    /** One chunk with room for the outcomes of all its inputs, those refused before they ran included. */
    private record Part<R>(BulkChunk chunk, Outcome<R>[] outcomes, int[] positions) { }

    @Override
    public boolean hasNext() {
        while (!current.hasNext()) {
            fill();
            if (!window.isEmpty()) {
                current = finish(window.remove());
            } else if (!failNext()) {
                inFlight.finish();
                inputs.throwFailure();
                return false;
            }
        }
        return true;
    }

    /** An input that was not submitted because of the cancellation; false if there is none to be told of. */
    private boolean failNext() {
        PennyException cause = inFlight.cause();
        if (cause == null || heldBack == null && !(cause instanceof DeadlineException && inputs.hasNext())) {
            return false;
        }
        if (heldBack == null) {
            inputs.next();
        }
        heldBack = null;
        current = List.<Outcome<R>>of(new Outcome.Failed<>(cause)).iterator();
        return true;
    }

    @Override
    public Outcome<R> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return current.next();
    }

    private void fill() {
        while (window.size() < windowMax && inFlight.cause() == null && (heldBack != null || inputs.hasNext())) {
            submitChunk();
        }
    }

    private void submitChunk() {
        List<Prepared> batch = collect();
        int runnable = 0;
        long bytes = 0;
        for (Prepared input : batch) {
            runnable += input.refusal() == null ? 1 : 0;
            bytes += input.blockBytes();
        }
        @SuppressWarnings({"unchecked", "rawtypes"})
        Outcome<R>[] outcomes = new Outcome[batch.size()];
        int[] positions = new int[runnable];
        int item = 0;
        for (int position = 0; position < batch.size(); position++) {
            PennyException refusal = batch.get(position).refusal();
            if (refusal == null) {
                positions[item++] = position;
            } else {
                outcomes[position] = new Outcome.Failed<>(refusal);
            }
        }
        BulkChunk chunk = new BulkChunk(scheduler, function, terms, runnable, bytes,
                (done, memory, record) -> outcomes[positions[done]] = new Outcome.Done<>(function.read(memory, record)));
        if (runnable > 0) {
            inFlight.add(chunk);
            scheduler.submitter().submitBulk(chunk, placed -> write(placed, batch, positions));
        }
        window.add(new Part<>(chunk, outcomes, positions));
    }

    private void write(BulkChunk chunk, List<Prepared> batch, int[] positions) {
        int block = chunk.argumentsRef();
        for (int item = 0; item < positions.length; item++) {
            Prepared input = batch.get(positions[item]);
            function.marshaller().write(scheduler.memory(), chunk.record(item), block, input.arguments());
            block += (int) input.blockBytes();
        }
    }

    private List<Prepared> collect() {
        List<Prepared> batch = new ArrayList<>(chunkItems);
        long bytes = 0;
        while (batch.size() < chunkItems && (heldBack != null || inputs.hasNext())) {
            Prepared input = heldBack != null ? heldBack : prepare(inputs.next());
            heldBack = null;
            if (!batch.isEmpty() && bytes + input.blockBytes() > chunkBytesMax) {
                heldBack = input;
                break;
            }
            batch.add(input);
            bytes += input.blockBytes();
        }
        return batch;
    }

    private Prepared prepare(Object input) {
        try {
            Object[] arguments = function.marshaller().prepare(input instanceof Object[] several ? several : new Object[] {input});
            long bytes = function.marshaller().blockBytes(arguments);
            long limit = scheduler.argumentRegion().passingBytes() - BulkChunk.blockBytes(function, 1, 0);
            if (bytes > limit) {
                throw new CapacityException("arguments larger than argument memory: function=%s, bytes=%d, limit=%d"
                        .formatted(function.mangledName(), bytes, limit));
            }
            return new Prepared(arguments, bytes, null);
        } catch (PennyException e) {
            return new Prepared(new Object[0], 0, e);
        }
    }

    private Iterator<Outcome<R>> finish(Part<R> part) {
        if (part.positions().length > 0) {
            part.chunk().await();
            inFlight.remove(part.chunk());
            adaptChunkSize(part.chunk());
            for (int item = 0; part.chunk().hasFailures() && item < part.positions().length; item++) {
                PennyException failure = part.chunk().failure(item);
                if (failure != null) {
                    part.outcomes()[part.positions()[item]] = new Outcome.Failed<>(failure);
                }
            }
        }
        return Arrays.asList(part.outcomes()).iterator();
    }

    private void adaptChunkSize(BulkChunk chunk) {
        // A run that is recorded, or follows a recording, must cut its inputs the same way each time.
        long elapsedNanos = scheduler.isLogged() ? 0 : chunk.elapsedNanos();
        if (elapsedNanos < CHUNK_GROWS_BELOW_NANOS && chunk.count() >= chunkItems / 2) {
            chunkItems = Math.min(CHUNK_ITEMS_MAX, chunkItems * 2);
        } else if (elapsedNanos > CHUNK_SHRINKS_ABOVE_NANOS) {
            chunkItems = Math.max(1, chunkItems / 2);
        }
        function.chunkItemsLearnt(chunkItems);
    }

    @Override
    public void cancel() {
        inFlight.cancel(scheduler.cancelledFailure(function));
    }

    @Override
    public void close() {
        inFlight.finish();
        cancel();
        window.forEach(part -> {
            if (part.positions().length > 0) {
                part.chunk().await();
            }
        });
        window.clear();
    }
}
