package dev.penny.internal.vtable;

import static dev.penny.internal.vtable.WasmType.I32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.vtable.WasmWriter.Kind;
import dev.penny.internal.vtable.WasmWriter.Pages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import org.graalvm.polyglot.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The two-thread shapes of the threads proposal's tests (LB, MP, SB, plain and atomic) on GraalWasm itself: before Penny is blamed, the
 * host must keep the promise that every atomic access is sequentially consistent. Both threads walk over many independent pairs of words.
 */
@Timeout(120)
class WasmMemoryModelTest {

    private static final int CELLS = 2048;
    private static final int STRIDE = 512;
    private static final int X = 0;
    private static final int Y = 128;
    private static final int R0 = 256;
    private static final int R1 = 384;
    private static final int ROUNDS = 500;
    private static final int LOAD = 0x10;
    private static final int STORE = 0x17;

    /** Outcomes by {@code 2 * r0 + r1}; which one no sequentially consistent order can give. */
    private enum Shape {
        /** Store buffering: both store, then load the other's word. */
        SB(List.of(store(X), load(Y, R0)), List.of(store(Y), load(X, R1)), 0),
        /** Message passing: data then flag; flag (r0) then data (r1). */
        MP(List.of(store(X), store(Y)), List.of(load(Y, R0), load(X, R1)), 2),
        /** Load buffering: both load, then store the other's word. */
        LB(List.of(load(X, R0), store(Y)), List.of(load(Y, R1), store(X)), 3);

        private final List<List<Step>> threads;
        private final int impossible;

        Shape(List<Step> first, List<Step> second, int impossible) {
            this.threads = List.of(first, second);
            this.impossible = impossible;
        }
    }

    /** A store of 1 to {@code word}, or a load of it into {@code result}. */
    private record Step(int word, int result) { }

    private static Step store(int word) {
        return new Step(word, -1);
    }

    private static Step load(int word, int result) {
        return new Step(word, result);
    }

    @Test
    void sbAtomicNeverGivesZeroZero() throws Exception {
        assertImpossibleNeverHappens(Shape.SB);
    }

    @Test
    void mpAtomicNeverGivesFlagWithoutData() throws Exception {
        assertImpossibleNeverHappens(Shape.MP);
    }

    @Test
    void lbAtomicNeverGivesOneOne() throws Exception {
        assertImpossibleNeverHappens(Shape.LB);
    }

    @Test
    void sbPlainGivesOnlyZerosAndOnes() throws Exception {
        assertEquals((long) ROUNDS * CELLS, sum(run(Shape.SB, false)));
    }

    @Test
    void mpPlainGivesOnlyZerosAndOnes() throws Exception {
        assertEquals((long) ROUNDS * CELLS, sum(run(Shape.MP, false)));
    }

    @Test
    void lbPlainGivesOnlyZerosAndOnes() throws Exception {
        assertEquals((long) ROUNDS * CELLS, sum(run(Shape.LB, false)));
    }

    /** The counting itself: it tells the four outcomes apart. */
    @Test
    void everyOutcomeIsCountedAsWhatItIs() {
        ByteBuffer memory = ByteBuffer.allocate(CELLS * STRIDE).order(ByteOrder.LITTLE_ENDIAN);
        for (int cell = 0; cell < 10; cell++) {
            int outcome = cell < 1 ? 0 : cell < 3 ? 1 : cell < 6 ? 2 : 3;
            memory.putInt(cell * STRIDE + R0, outcome / 2).putInt(cell * STRIDE + R1, outcome % 2);
        }
        long[] outcomes = new long[4];
        count(memory, outcomes);
        assertArrayEquals(new long[] {1 + CELLS - 10, 2, 3, 4}, outcomes);
    }

    private static void assertImpossibleNeverHappens(Shape shape) throws Exception {
        long[] outcomes = run(shape, true);
        assertEquals((long) ROUNDS * CELLS, sum(outcomes));
        assertEquals(0, outcomes[shape.impossible], shape + " outcomes " + java.util.Arrays.toString(outcomes));
    }

    private static long sum(long[] outcomes) {
        return java.util.Arrays.stream(outcomes).sum();
    }

    private static long[] run(Shape shape, boolean atomic) throws Exception {
        try (WasmRuntime runtime = WasmRuntime.start()) {
            Value exports = runtime.instantiate("shape", runtime.compile("shape", module(shape, atomic)), Map.of());
            ByteBuffer memory = runtime.bufferOf(exports.getMember("memory")).order(ByteOrder.LITTLE_ENDIAN);
            long[] outcomes = new long[4];
            CyclicBarrier start = new CyclicBarrier(2);
            CyclicBarrier end = new CyclicBarrier(2, () -> {
                count(memory, outcomes);
                clear(memory);
            });
            Thread[] threads = new Thread[2];
            Throwable[] thrown = new Throwable[2];
            for (int i = 0; i < 2; i++) {
                int self = i;
                Value walk = exports.getMember("thread" + i);
                threads[i] = Thread.ofPlatform().start(() -> {
                    try {
                        for (int round = 0; round < ROUNDS; round++) {
                            start.await();
                            walk.executeVoid();
                            end.await();
                        }
                    } catch (Throwable e) {
                        thrown[self] = e;
                        start.reset();
                        end.reset();
                    }
                });
            }
            for (int i = 0; i < 2; i++) {
                threads[i].join();
                if (thrown[i] != null) {
                    throw new AssertionError("thread " + i, thrown[i]);
                }
            }
            return outcomes;
        }
    }

    /** A value that nobody wrote has no place to be counted in. */
    private static void count(ByteBuffer memory, long[] outcomes) {
        for (int cell = 0; cell < CELLS; cell++) {
            int r0 = memory.getInt(cell * STRIDE + R0);
            int r1 = memory.getInt(cell * STRIDE + R1);
            if ((r0 | r1) >>> 1 == 0) {
                outcomes[2 * r0 + r1]++;
            }
        }
    }

    private static void clear(ByteBuffer memory) {
        for (int cell = 0; cell < CELLS; cell++) {
            for (int word : new int[] {X, Y, R0, R1}) {
                memory.putInt(cell * STRIDE + word, 0);
            }
        }
    }

    private static byte[] module(Shape shape, boolean atomic) {
        WasmWriter module = new WasmWriter();
        int pages = CELLS * STRIDE / 65536;
        module.export("memory", Kind.MEMORY, module.memory(new Pages(pages, pages, true)));
        for (int i = 0; i < 2; i++) {
            CodeWriter code = new CodeWriter().loop();
            for (Step step : shape.threads.get(i)) {
                write(code, step, atomic);
            }
            code.localGet(0).i32Const(STRIDE).op(CodeWriter.I32_ADD).localTee(0)
                    .i32Const(CELLS * STRIDE).op(CodeWriter.I32_LT_U).branchIf(0).end();
            module.export("thread" + i, Kind.FUNCTION, module.function(List.of(), List.of(), List.of(I32), code));
        }
        return module.toByteArray();
    }

    /** Local 0 is the address of the cell. Results are stored plainly: one thread writes them, after the threads they are read. */
    private static void write(CodeWriter code, Step step, boolean atomic) {
        code.localGet(0);
        if (step.result < 0) {
            code.i32Const(1);
            if (atomic) {
                code.atomic(STORE, 2, step.word);
            } else {
                code.store(I32, 0, step.word);
            }
            return;
        }
        code.localGet(0);
        if (atomic) {
            code.atomic(LOAD, 2, step.word);
        } else {
            code.load(I32, 0, step.word);
        }
        code.store(I32, 0, step.result);
    }
}
