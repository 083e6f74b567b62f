package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import java.util.ArrayDeque;
import java.util.function.IntFunction;

/** A bulk over numbers whose results go straight from linear memory into an array: nothing is allocated per item. */
final class NumericRun {

    private static final int CHUNK_ITEMS_MAX = 16_384;
    private static final int CHUNKS_PER_WORKER = 4;

    private final Scheduler scheduler;
    private final LoadedFunction<?> function;
    private final Terms terms;
    private final long from;
    private final int count;
    private final ArrayDeque<BulkChunk> window = new ArrayDeque<>();

    NumericRun(Scheduler scheduler, LoadedFunction<?> function, Terms terms, long from, int count) {
        this.scheduler = scheduler;
        this.function = function;
        this.terms = terms;
        this.from = from;
        this.count = count;
    }

    /**
     * Runs all items.
     *
     * @param readers the reader of the chunk that starts at an index
     * @throws PennyException the first failure in input order; the rest has then been cancelled and waited for
     */
    void run(IntFunction<BulkChunk.Reader> readers) {
        int window = CHUNKS_PER_WORKER * scheduler.workerCount();
        int chunkItems = Math.clamp(count / window, 1, CHUNK_ITEMS_MAX);
        InFlight inFlight = new InFlight(scheduler, function, terms);
        try {
            int next = 0;
            while (next < count || !this.window.isEmpty()) {
                while (next < count && this.window.size() < window) {
                    int items = Math.min(chunkItems, count - next);
                    this.window.add(submit(inFlight, next, items, readers.apply(next)));
                    next += items;
                }
                BulkChunk oldest = this.window.remove();
                finish(oldest);
                inFlight.remove(oldest);
            }
        } finally {
            inFlight.finish();
            inFlight.cancel(scheduler.cancelledFailure(function));
            this.window.forEach(BulkChunk::await);
        }
    }

    private BulkChunk submit(InFlight inFlight, int first, int items, BulkChunk.Reader reader) {
        BulkChunk chunk = new BulkChunk(scheduler, function, terms, items, 0, reader);
        inFlight.add(chunk);
        scheduler.submitter().submitBulk(chunk, placed -> function.marshaller()
                .writeNumbers(scheduler.memory(), placed.record(0), placed.strideBytes(), from + first, placed.count()));
        return chunk;
    }

    private static void finish(BulkChunk chunk) {
        chunk.await();
        if (chunk.hasFailures()) {
            for (int item = 0; item < chunk.count(); item++) {
                PennyException failure = chunk.failure(item);
                if (failure != null) {
                    throw failure;
                }
            }
        }
    }
}
