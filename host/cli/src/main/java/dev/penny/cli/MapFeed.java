package dev.penny.cli;

import dev.penny.api.ValueType;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The iterator that the scheduler pulls arguments from. Beside it runs a queue of the names of what was pulled, in which unusable
 * inputs keep their place.
 *
 * <p>It says that it has no more while the source is only waiting (somebody may type the lines) and while too many unusable inputs pile
 * up behind results that are still missing; then the results are taken, and a further map goes on with the rest.
 *
 * <p><b>Threads:</b> one, except {@link #stop} and {@link #waitsForInput}.
 */
final class MapFeed implements Iterator<Object> {

    private static final int UNUSABLE_MAX = 4096;
    /** Of what they are called and why; a line is its own name. */
    private static final long UNUSABLE_CHARACTERS_MAX = 4 << 20;

    private final InputSource source;
    private final ValueType type;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private Optional<MapInput.Ready> ahead = Optional.empty();
    private int unusable;
    private long unusableCharacters;
    private boolean exhausted;
    private Optional<IOException> failure = Optional.empty();
    private volatile boolean stopped;
    private volatile boolean waiting;

    /**
     * An input that was pulled. Its argument, which may be large, is not kept.
     *
     * @param reason why it is unusable
     */
    record Entry(String name, Optional<String> reason) {
        long characters() {
            return name.length() + reason.map(String::length).orElse(0);
        }
    }

    MapFeed(InputSource source, ValueType type) {
        this.source = source;
        this.type = type;
    }

    @Override
    public boolean hasNext() {
        while (ahead.isEmpty() && !ended() && mayPileUp() && (entries.isEmpty() || source.ready())) {
            pull();
        }
        return ahead.isPresent() && !stopped;
    }

    @Override
    public Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        MapInput.Ready input = ahead.orElseThrow();
        ahead = Optional.empty();
        entries.add(new Entry(input.name(), Optional.empty()));
        return input.argument();
    }

    /** Takes the oldest input that has been pulled, if there is one. */
    Optional<Entry> take() {
        Optional<Entry> entry = Optional.ofNullable(entries.poll());
        entry.filter(taken -> taken.reason().isPresent()).ifPresent(taken -> {
            unusable--;
            unusableCharacters -= taken.characters();
        });
        return entry;
    }

    /** True if the oldest input is unusable. */
    boolean unusableIsNext() {
        return !entries.isEmpty() && entries.peek().reason().isPresent();
    }

    /** Ends the input here. Any thread. */
    void stop() {
        stopped = true;
    }

    boolean stopped() {
        return stopped;
    }

    /** True if there is nothing more to pull: the end, a failure, or stopped. */
    boolean ended() {
        return stopped || exhausted && ahead.isEmpty();
    }

    /** True if the input's end was reached. */
    boolean exhausted() {
        return exhausted && ahead.isEmpty();
    }

    /** Why the rest of the input cannot be read. */
    Optional<IOException> failure() {
        return failure;
    }

    /** True while the source is asked for an input and nothing else is under way. Any thread. */
    boolean waitsForInput() {
        return waiting;
    }

    private boolean mayPileUp() {
        return unusable < UNUSABLE_MAX && unusableCharacters < UNUSABLE_CHARACTERS_MAX;
    }

    private void pull() {
        waiting = entries.isEmpty();
        try {
            Optional<MapInput> pulled = source.next(type);
            switch (pulled.orElse(null)) {
                case null -> exhausted = true;
                case MapInput.Ready ready -> ahead = Optional.of(ready);
                case MapInput.Unusable broken -> {
                    Entry entry = new Entry(broken.name(), Optional.of(broken.reason()));
                    entries.add(entry);
                    unusable++;
                    unusableCharacters += entry.characters();
                }
            }
        } catch (IOException e) {
            exhausted = true;
            failure = Optional.of(e);
        } finally {
            waiting = false;
        }
    }
}
