package dev.penny.internal.engine;

import dev.penny.api.GraphException;
import dev.penny.api.SignatureException;
import dev.penny.api.ValueType;
import dev.penny.api.graph.Instruction;
import dev.penny.api.graph.Place;
import dev.penny.api.graph.Region;
import dev.penny.api.graph.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * An instruction: what is called, with which operands, and what it reads and writes. Kept until it retires.
 *
 * <p><b>Threads:</b> its program's.
 */
final class ProgramCall implements Instruction {

    private final ProgramRun program;
    private final LoadedFunction<?> function;
    private final Terms terms;
    /** A prepared value, a {@link ProgramVariable}, or a {@link Touch}. */
    private final Object[] operands;
    private final long blockBytes;
    private final List<Touch> touches = new ArrayList<>(0);
    private final List<Region.Range> read = new ArrayList<>(0);
    private final List<Region.Range> written = new ArrayList<>(0);
    private ProgramVariable<?> into;
    private Casualties.Casualty killer;
    private boolean issued;

    /** A use of a place; {@code replaced} is the place that its name had before, -1 if it has kept it. */
    static final class Touch {
        private final ProgramStorage.Named place;
        private final Place.Mode mode;
        private int replaced = -1;

        Touch(ProgramStorage.Named place, Place.Mode mode) {
            this.place = place;
            this.mode = mode;
        }

        ProgramStorage.Named place() {
            return place;
        }

        boolean reads() {
            return mode != Place.Mode.WRITE;
        }

        boolean writes() {
            return mode != Place.Mode.READ;
        }

        boolean isRenamed() {
            return mode == Place.Mode.WRITE && place.program().options().renaming();
        }

        /** A fresh place for a name; the old one is free again when this has retired. */
        void rename() {
            replaced = place.index();
            place.moveTo(place.storage().take());
        }

        void retired(Casualties.Casualty casualty) {
            if (replaced >= 0) {
                place.storage().giveBack(replaced);
            }
            if (writes()) {
                place.retired(casualty);
            }
        }
    }

    ProgramCall(ProgramRun program, FunctionCalls<?> called, Object... operands) {
        this.program = program;
        this.function = called.loaded();
        this.terms = called.terms();
        if (function.scheduler() != program.scheduler()) {
            throw new GraphException("a function of another Penny: program=%s, function=%s".formatted(program, function));
        }
        if (terms.hasDeadline()) {
            throw new GraphException("instructions have no deadline: program=%s, function=%s".formatted(program, function));
        }
        List<ValueType> parameters = function.signature().parameters();
        if (operands.length != parameters.size()) {
            throw new SignatureException("wrong arity: function=%s, arguments=%d, expected=%d"
                    .formatted(function, operands.length, parameters.size()));
        }
        this.operands = new Object[operands.length];
        long bytes = 0;
        for (int i = 0; i < operands.length; i++) {
            this.operands[i] = operand(i, parameters.get(i), operands[i]);
            bytes += this.operands[i] instanceof byte[] block ? block.length + 7L & -8L : 0;
        }
        this.blockBytes = bytes;
    }

    private Object operand(int index, ValueType type, Object operand) {
        return switch (operand) {
            case ProgramVariable<?> variable -> {
                program.checkOwn(variable.program(), variable);
                if (variable.type() != type) {
                    throw new SignatureException("wrong type: function=%s, parameter=%d, expected=%s, variable=%s, type=%s"
                            .formatted(function, index, type.text(), variable, variable.type().text()));
                }
                yield variable;
            }
            case Place.Access(ProgramStorage.Named place, Place.Mode mode) -> {
                program.checkOwn(place.program(), place);
                if (type != ValueType.I32 && type != ValueType.I64) {
                    throw new SignatureException("wrong type: function=%s, parameter=%d, expected=%s, place=%s, type=i32 or i64"
                            .formatted(function, index, type.text(), place));
                }
                place.storage().requireFits(type, function);
                Touch touch = new Touch(place, mode);
                touches.add(touch);
                yield touch;
            }
            case null, default -> function.marshaller().keep(index, operand);
        };
    }

    LoadedFunction<?> function() {
        return function;
    }

    Terms terms() {
        return terms;
    }

    int operandCount() {
        return operands.length;
    }

    Object operand(int index) {
        return operands[index];
    }

    /** Of its values. */
    long blockBytes() {
        return blockBytes;
    }

    List<Touch> touches() {
        return touches;
    }

    List<Region.Range> read() {
        return read;
    }

    List<Region.Range> written() {
        return written;
    }

    /** {@code null} if its result is dropped. */
    ProgramVariable<?> into() {
        return into;
    }

    /** Something it needs has had no value since before it was issued. */
    void killedBy(Casualties.Casualty casualty) {
        killer = casualty;
    }

    Casualties.Casualty killer() {
        return killer;
    }

    @Override
    public Instruction into(Variable<?> variable) {
        checkNotIssued();
        Objects.requireNonNull(variable, "variable");
        if (into != null || !(variable instanceof ProgramVariable<?> own)) {
            throw new GraphException("an instruction has one result: program=%s, function=%s, variable=%s"
                    .formatted(program, function, variable));
        }
        program.checkOwn(own.program(), own);
        if (function.signature().result().filter(type -> type == own.type()).isEmpty()) {
            throw new SignatureException("wrong result type: function=%s, variable=%s, type=%s"
                    .formatted(function, own, own.type().text()));
        }
        into = own;
        return this;
    }

    @Override
    public Instruction reads(Region.Range... ranges) {
        return add(read, ranges);
    }

    @Override
    public Instruction writes(Region.Range... ranges) {
        return add(written, ranges);
    }

    private Instruction add(List<Region.Range> to, Region.Range... ranges) {
        checkNotIssued();
        for (Region.Range range : Objects.requireNonNull(ranges, "ranges")) {
            Objects.requireNonNull(range, "range");
            if (!(range.region() instanceof ProgramRegion own)) {
                throw new GraphException("a region of another program: program=%s, region=%s".formatted(program, range.region()));
            }
            program.checkOwn(own.program(), own);
            to.add(own.range(range.from(), range.to()));
        }
        return this;
    }

    private void checkNotIssued() {
        if (issued) {
            throw new IllegalStateException("the instruction was issued: program=%s, function=%s".formatted(program, function));
        }
    }

    @Override
    public long issue() {
        checkNotIssued();
        issued = true;
        return program.issue(this);
    }
}
