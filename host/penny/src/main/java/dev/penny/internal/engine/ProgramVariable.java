package dev.penny.internal.engine;

import dev.penny.api.Signature;
import dev.penny.api.ValueType;
import dev.penny.api.graph.Variable;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.List;
import java.util.Optional;

/**
 * A variable and its value as of the last instruction that has retired: a word as it lies in a record. A block that it names belongs to the
 * variable until the next value comes; by then everything that reads it has retired.
 *
 * <p><b>Threads:</b> its program's.
 */
final class ProgramVariable<T> implements Variable<T> {

    private final ProgramRun program;
    private final String name;
    private final ValueType type;
    private final Marshaller marshaller;
    private final int resource;
    private long word;
    private int initialRef;
    private int initialBytes;
    private boolean hasResultBlock;
    private Casualties.Casualty missing;
    private T last;
    private boolean kept;

    ProgramVariable(ProgramRun program, String name, ValueType type, int resource) {
        this.program = program;
        this.name = name;
        this.type = type;
        this.marshaller = new Marshaller(name, new Signature(List.of(type), Optional.of(type)));
        this.resource = resource;
    }

    /** Its first value. */
    void start(Object initial) {
        Scheduler scheduler = program.scheduler();
        Object[] prepared = marshaller.prepare(new Object[] {initial});
        int bytes = (int) marshaller.blockBytes(prepared);
        if (bytes > 0) {
            initialRef = scheduler.submitter().allocateLasting(bytes, name);
            initialBytes = bytes;
        }
        word = switch (prepared[0]) {
            case byte[] block -> {
                scheduler.memory().putBytes(initialRef, block);
                yield CoreMemory.block(initialRef, block.length);
            }
            case Object number -> Marshaller.word(number);
        };
    }

    ProgramRun program() {
        return program;
    }

    ValueType type() {
        return type;
    }

    int resource() {
        return resource;
    }

    long word() {
        return word;
    }

    /** Why it has no value; {@code null} if it has one. */
    Casualties.Casualty missing() {
        return missing;
    }

    /** An instruction that writes it retires: its result is {@code node}'s, or it has none because of {@code casualty}. */
    void retired(int node, Casualties.Casualty casualty) {
        release();
        missing = casualty;
        if (casualty == null) {
            word = program.scheduler().memory().getLong(node + CoreLayout.NODE_RESULT);
            hasResultBlock = type.isBlock();
        }
    }

    /** Gives the memory of its value back. */
    void release() {
        Scheduler scheduler = program.scheduler();
        if (initialBytes > 0) {
            scheduler.argumentRegion().freeLasting(initialRef, initialBytes);
            initialBytes = 0;
        }
        if (hasResultBlock) {
            scheduler.graphs().freeResult(CoreMemory.blockRef(word));
            hasResultBlock = false;
        }
    }

    /** Keeps the value in Java: the memory goes. */
    void keep() {
        if (missing == null) {
            last = read();
        }
        kept = true;
    }

    @SuppressWarnings("unchecked")
    private T read() {
        return (T) marshaller.readWord(program.scheduler().memory(), word);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public T get() {
        if (!kept) {
            program.retireWriter(resource);
        }
        if (missing != null) {
            throw program.casualties().exception(missing);
        }
        return kept ? last : read();
    }

    @Override
    public String toString() {
        return name;
    }
}
