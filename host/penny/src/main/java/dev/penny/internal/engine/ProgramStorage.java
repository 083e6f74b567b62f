package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.SignatureException;
import dev.penny.api.ValueType;
import dev.penny.api.graph.Place;
import dev.penny.api.graph.Storage;
import java.util.ArrayDeque;

/**
 * A row of places and those of them that are free.
 *
 * <p><b>Threads:</b> its program's.
 */
final class ProgramStorage implements Storage {

    private final ProgramRun program;
    private final String name;
    private final long first;
    private final long stride;
    private final int count;
    /** Places that were used before; behind them come those that were not. */
    private final ArrayDeque<Integer> returned = new ArrayDeque<>();
    private int fresh;

    ProgramStorage(ProgramRun program, String name, long first, long stride, int count) {
        this.program = program;
        this.name = name;
        this.first = first;
        this.stride = stride;
        this.count = count;
    }

    boolean hasFree(int places) {
        return free() >= places;
    }

    int take() {
        return fresh < count ? fresh++ : returned.remove();
    }

    void giveBack(int index) {
        returned.add(index);
    }

    CapacityException full(int needed) {
        return new CapacityException("no place is free: storage=%s, places=%d, needed=%d".formatted(name, count, needed));
    }

    /** @throws SignatureException some places have numbers that a parameter of this type cannot have */
    void requireFits(ValueType type, LoadedFunction<?> function) {
        long last = number(count - 1);
        if (type == ValueType.I32 && (first != (int) first || last != (int) last)) {
            throw new SignatureException("places do not fit into i32: function=%s, storage=%s, first=%d, last=%d"
                    .formatted(function, name, first, last));
        }
    }

    /** The place as arguments call it. */
    long number(int index) {
        return first + index * stride;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int free() {
        return count - fresh + returned.size();
    }

    @Override
    public Place place(String placeName) {
        program.checkName("place", placeName);
        if (!hasFree(1)) {
            throw full(1);
        }
        return new Named(this, placeName, take(), program.board().resource());
    }

    @Override
    public String toString() {
        return name;
    }

    /** A name for a place; where that is changes when an instruction is issued that writes it. */
    static final class Named implements Place {

        private final ProgramStorage storage;
        private final String name;
        private final int resource;
        private int index;
        private Casualties.Casualty missing;

        Named(ProgramStorage storage, String name, int index, int resource) {
            this.storage = storage;
            this.name = name;
            this.index = index;
            this.resource = resource;
        }

        ProgramStorage storage() {
            return storage;
        }

        ProgramRun program() {
            return storage.program;
        }

        int resource() {
            return resource;
        }

        int index() {
            return index;
        }

        void moveTo(int next) {
            index = next;
        }

        /** Why there is nothing; {@code null} if there is. */
        Casualties.Casualty missing() {
            return missing;
        }

        void retired(Casualties.Casualty casualty) {
            missing = casualty;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Access read() {
            return new Access(this, Mode.READ);
        }

        @Override
        public Access write() {
            return new Access(this, Mode.WRITE);
        }

        @Override
        public Access update() {
            return new Access(this, Mode.UPDATE);
        }

        @Override
        public long get() {
            storage.program.retireWriter(resource);
            if (missing != null) {
                throw storage.program.casualties().exception(missing);
            }
            return storage.number(index);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
