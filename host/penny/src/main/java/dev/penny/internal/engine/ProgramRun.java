package dev.penny.internal.engine;

import dev.penny.api.GraphException;
import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import dev.penny.api.graph.Instruction;
import dev.penny.api.graph.Program;
import dev.penny.api.graph.ProgramCounters;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.api.graph.Region;
import dev.penny.api.graph.Storage;
import dev.penny.api.graph.Variable;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.engine.order.Hazard;
import dev.penny.internal.engine.order.Scoreboard;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * A program: the scoreboard says whom an instruction must wait for, the window runs it. Values go from node to node along edges; a variable
 * whose writer has retired gives its word itself.
 *
 * <p>Only an instruction that reads what another writes is skipped if that one fails; the other orders hold whatever happens.
 *
 * <p><b>Threads:</b> one at a time, but for {@link #cancel}.
 */
public final class ProgramRun implements Program, LiveWindow.Retirement {

    private final Scheduler scheduler;
    private final ProgramOptions options;
    private final Scoreboard board;
    private final LiveWindow window;
    private final LiveNode node = new LiveNode();
    private final ProgramCall[] underWay;
    private final List<ProgramVariable<?>> variables = new ArrayList<>();
    private final Casualties casualties;
    private final Casualties.Casualty[] recent;
    private final long[] hazards = new long[Hazard.values().length];
    private final Scoreboard.Edges order = (hazard, predecessor) -> {
        hazards[hazard.ordinal()]++;
        node.waitsFor(predecessor, 0, hazard != Hazard.READ_AFTER_WRITE);
    };
    private final ValueEdges value = new ValueEdges();
    private long failed;
    private long skipped;
    private volatile boolean cancelled;
    private boolean closed;

    /** Brings a predecessor's result into an argument. */
    private final class ValueEdges implements Scoreboard.Edges {
        private int argument;
        private boolean flows;

        @Override
        public void edge(Hazard hazard, long predecessor) {
            hazards[hazard.ordinal()]++;
            flows = true;
            node.waitsFor(predecessor, 1 + argument, false);
        }
    }

    /** A program that has issued nothing. */
    public ProgramRun(Scheduler scheduler, ProgramOptions options) {
        this(scheduler, options, EnumSet.allOf(Hazard.class));
    }

    /** With some hazards only: wrong on purpose, for tests of the tests. */
    ProgramRun(Scheduler scheduler, ProgramOptions options, Set<Hazard> kinds) {
        scheduler.checkOpen(Objects.requireNonNull(options, "options").name());
        this.scheduler = scheduler;
        this.options = options;
        this.board = new Scoreboard(kinds);
        this.window = new LiveWindow(scheduler, options.name(), options.window(), this);
        this.underWay = new ProgramCall[window.slots()];
        this.recent = new Casualties.Casualty[window.slots()];
        this.casualties = new Casualties(options.name());
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Scoreboard board() {
        return board;
    }

    Casualties casualties() {
        return casualties;
    }

    @Override
    public ProgramOptions options() {
        return options;
    }

    // ---- what instructions work on

    @Override
    public <T> Variable<T> variable(String name, T initial) {
        checkName("variable", name);
        Objects.requireNonNull(initial, "initial");
        for (ValueType type : ValueType.values()) {
            if (type.javaType() == initial.getClass()) {
                ProgramVariable<T> variable = new ProgramVariable<>(this, name, type, board.resource());
                variable.start(initial);
                variables.add(variable);
                return variable;
            }
        }
        throw new IllegalArgumentException("no type of variables: program=%s, variable=%s, class=%s"
                .formatted(this, name, initial.getClass().getName()));
    }

    @Override
    public Region region(String name, long sizeBytes) {
        checkName("region", name);
        if (sizeBytes < 1) {
            throw new IllegalArgumentException("a region has at least one byte: program=%s, region=%s, size=%d"
                    .formatted(this, name, sizeBytes));
        }
        return new ProgramRegion(this, name, sizeBytes, board.region());
    }

    @Override
    public Storage storage(String name, long first, long stride, int count) {
        checkName("storage", name);
        if (count < 1) {
            throw new IllegalArgumentException("a storage has at least one place: program=%s, storage=%s, count=%d"
                    .formatted(this, name, count));
        }
        if (count > 1 && (stride == 0 || BigInteger.valueOf(stride).multiply(BigInteger.valueOf(count - 1L))
                .add(BigInteger.valueOf(first)).bitLength() >= Long.SIZE)) {
            throw new IllegalArgumentException("%s: program=%s, storage=%s, first=%d, stride=%d, count=%d"
                    .formatted(stride == 0 ? "places need a stride, or all are the same one" : "places out of the range of i64", this, name,
                            first, stride, count));
        }
        return new ProgramStorage(this, name, first, stride, count);
    }

    void checkName(String what, String name) {
        checkUsable();
        if (Objects.requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException("a %s needs a name: program=%s, name='%s'".formatted(what, this, name));
        }
    }

    void checkOwn(ProgramRun other, Object thing) {
        if (other != this) {
            throw new GraphException("belongs to another program: program=%s, thing=%s, of=%s"
                    .formatted(this, thing, other));
        }
    }

    private void checkUsable() {
        if (closed) {
            throw new IllegalStateException("the program is closed: program=" + this);
        }
    }

    // ---- issue

    @Override
    public Instruction call(TaskFunction<?> function, Object... operands) {
        checkUsable();
        return new ProgramCall(this, FunctionCalls.of(function), Objects.requireNonNull(operands, "operands"));
    }

    long issue(ProgramCall call) {
        checkUsable();
        scheduler.checkOpen(options.name());
        if (cancelled) {
            throw cancelled();
        }
        window.makeRoom();
        reservePlaces(call);
        window.reserve(call.function(), call.blockBytes());
        board.retired(window.oldest());
        node.begin(call.function(), call.terms());
        long number = window.next();
        reads(call, number);
        writes(call, number);
        if (options.order() == ProgramOptions.Order.IN_ORDER && number > window.oldest()) {
            node.waitsFor(number - 1, 0, true);
        }
        underWay[slot(number)] = call;
        window.issue(node);
        return number;
    }

    private CancellationException cancelled() {
        return new CancellationException("the program was cancelled: program=%s, issued=%d, not run=%d".formatted(this, window.next(), skipped));
    }

    private int slot(long number) {
        return (int) number & underWay.length - 1;
    }

    /** Fresh places come back when instructions retire. */
    private void reservePlaces(ProgramCall call) {
        for (ProgramCall.Touch touch : call.touches()) {
            ProgramStorage storage = touch.place().storage();
            int needed = (int) call.touches().stream().filter(other -> other.isRenamed() && other.place().storage() == storage).count();
            while (!storage.hasFree(needed)) {
                if (window.oldest() == window.next()) {
                    throw storage.full(needed);
                }
                window.retire();
            }
        }
    }

    private void reads(ProgramCall call, long number) {
        for (int i = 0; i < call.operandCount(); i++) {
            switch (call.operand(i)) {
                case ProgramVariable<?> variable -> readVariable(call, i, variable, number);
                case ProgramCall.Touch touch when touch.reads() -> {
                    if (board.writer(touch.place().resource()) == Scoreboard.NOBODY) {
                        needs(call, touch.place().missing());
                    }
                    board.read(touch.place().resource(), number, order);
                    node.value(i, place(call, i, touch));
                }
                case ProgramCall.Touch touch -> { }
                case Object known -> node.value(i, known);
            }
        }
        for (Region.Range range : call.read()) {
            ProgramRegion region = (ProgramRegion) range.region();
            needs(call, region.missing(range));
            board.read(region.number(), range.from(), range.to(), number, order);
        }
    }

    private void readVariable(ProgramCall call, int argument, ProgramVariable<?> variable, long number) {
        value.argument = argument;
        value.flows = false;
        board.read(variable.resource(), number, value);
        if (!value.flows) {
            needs(call, variable.missing());
            node.word(argument, variable.word());
        }
    }

    private void needs(ProgramCall call, Casualties.Casualty missing) {
        if (missing != null) {
            call.killedBy(missing);
            node.kill();
        }
    }

    private void writes(ProgramCall call, long number) {
        for (int i = 0; i < call.operandCount(); i++) {
            if (call.operand(i) instanceof ProgramCall.Touch touch && touch.writes()) {
                board.write(touch.place().resource(), number, touch.isRenamed(), order);
                if (touch.isRenamed()) {
                    touch.rename();
                }
                node.value(i, place(call, i, touch));
            }
        }
        for (Region.Range range : call.written()) {
            ProgramRegion region = (ProgramRegion) range.region();
            board.write(region.number(), range.from(), range.to(), number, order);
            region.written(range);
        }
        if (call.into() != null) {
            board.write(call.into().resource(), number, options.renaming(), order);
        }
    }

    private static Object place(ProgramCall call, int argument, ProgramCall.Touch touch) {
        return call.function().marshaller().convert(argument, touch.place().storage().number(touch.place().index()));
    }

    // ---- retirement

    @Override
    public void retired(long number, int ref, int state) {
        ProgramCall call = underWay[slot(number)];
        underWay[slot(number)] = null;
        Casualties.Casualty casualty = state == CoreLayout.FRAME_STATE_DONE ? null : casualty(number, call, state);
        recent[slot(number)] = casualty;
        if (call.into() != null) {
            call.into().retired(ref, casualty);
        } else if (casualty == null && call.function().marshaller().resultIsBlock()) {
            scheduler.graphs().freeResult(CoreMemory.blockRef(scheduler.memory().getLong(ref + CoreLayout.NODE_RESULT)));
        }
        call.touches().forEach(touch -> touch.retired(casualty));
        if (casualty != null) {
            missed(number, call, casualty);
        }
    }

    private Casualties.Casualty casualty(long number, ProgramCall call, int state) {
        String name = "#%d %s".formatted(number, call.function());
        Casualties.Casualty casualty;
        if (state == CoreLayout.FRAME_STATE_FAILED) {
            failed++;
            casualty = new Casualties.Casualty(name, window.failure(number), null);
        } else {
            skipped++;
            long cause = window.cause(number);
            casualty = new Casualties.Casualty(name, null, cause >= 0 ? recent[slot(cause)] : call.killer());
        }
        casualties.add(casualty);
        return casualty;
    }

    /** Bytes that it should have written have no value, unless a later one has been issued that writes them. */
    private void missed(long number, ProgramCall call, Casualties.Casualty casualty) {
        for (Region.Range range : call.written()) {
            ProgramRegion region = (ProgramRegion) range.region();
            region.missed(range, casualty);
            for (long later = number + 1; later < window.next(); later++) {
                underWay[slot(later)].written().stream().filter(other -> other.region() == region).forEach(region::written);
            }
        }
    }

    /** Waits for the last instruction that writes a resource. */
    void retireWriter(int resource) {
        checkUsable();
        board.retired(window.oldest());
        long writer = board.writer(resource);
        if (writer != Scoreboard.NOBODY) {
            window.retireUntil(writer + 1);
        }
    }

    // ---- the end

    @Override
    public void sync() {
        checkUsable();
        window.retireUntil(window.next());
        casualties.report();
        if (cancelled) {
            throw cancelled();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        window.cancel();
    }

    @Override
    public ProgramCounters counters() {
        return new ProgramCounters(window.next(), window.oldest(), failed, skipped, hazards[Hazard.READ_AFTER_WRITE.ordinal()],
                hazards[Hazard.WRITE_AFTER_READ.ordinal()], hazards[Hazard.WRITE_AFTER_WRITE.ordinal()], window.waits(), window.deepest());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        try {
            window.retireUntil(window.next());
            variables.forEach(ProgramVariable::keep);
        } finally {
            closed = true;
            variables.forEach(ProgramVariable::release);
            window.close();
        }
        casualties.report();
    }

    @Override
    public String toString() {
        return options.name();
    }
}
