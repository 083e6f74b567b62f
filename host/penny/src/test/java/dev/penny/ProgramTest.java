package dev.penny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.GraphException;
import dev.penny.api.GraphFailedException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskOptions;
import dev.penny.api.graph.Place;
import dev.penny.api.graph.Program;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.api.graph.Region;
import dev.penny.api.graph.Storage;
import dev.penny.api.graph.Variable;
import dev.penny.internal.engine.LeakCheck;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs: values, places and ranges, order, the window, failure, cancellation and the end. */
@Timeout(30)
class ProgramTest {

    private static final ProgramOptions DEFAULTS = ProgramOptions.defaults();

    private Penny penny;

    @AfterEach
    void nothingIsHeld() {
        if (penny != null) {
            LeakCheck.assertNothingHeld(penny);
            penny.close();
        }
    }

    static List<ForkPools.Pool> pools() {
        return ForkPools.all();
    }

    private void start() {
        penny = Penny.builder().workers(2).memoryBytes(16 << 20).build();
    }

    private TaskFunction<Object> java(String name, String signature, dev.penny.api.JavaTask task) {
        return penny.javaModule("m-" + name).function(name, signature, task).register().function(name);
    }

    @ParameterizedTest
    @MethodSource("pools")
    void valuesFlowFromInstructionToInstruction(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> shout = java("shout", "(string,bytes,i32)->string",
                call -> call.result(call.string(0) + new String(call.bytes(1), StandardCharsets.UTF_8) + call.i32(2)));
        TaskFunction<Object> utf8 = java("utf8", "(string)->bytes", call -> call.result(call.string(0).getBytes(StandardCharsets.UTF_8)));
        Variable<Integer> x;
        Variable<String> text;
        try (Program program = penny.program(DEFAULTS)) {
            x = program.variable("x", 1);
            text = program.variable("text", "a");
            Variable<byte[]> bytes = program.variable("bytes", new byte[0]);
            for (int i = 0; i < 100; i++) {
                program.call(add, x, x).into(x).issue();
                program.call(add, x, -1).into(x).issue();
            }
            assertEquals(1, x.get());
            program.call(add, x, 41).into(x).issue();
            program.call(utf8, "-é-".repeat(200)).into(bytes).issue();
            program.call(shout, text, bytes, x).into(text).issue();
            assertEquals("a" + "-é-".repeat(200) + 42, text.get());
            program.call(shout, text, new byte[] {'!'}, 7).into(text).issue();
            assertEquals(8, program.call(shout, "x", bytes, 7).issue() % 196);
            assertTrue(program.counters().readAfterWrite() > 100, program.counters().toString());
        }
        assertEquals(42, x.get());
        assertEquals("a" + "-é-".repeat(200) + 42 + "!7", text.get());
    }

    @Test
    void everyTypeOfNumberKeepsItsValue() {
        start();
        TaskFunction<Object> f = java("f", "(i32,i64,f32,f64)->f64", call -> call.result(call.i32(0) + call.i64(1) + call.f32(2) + call.f64(3)));
        try (Program program = penny.program(DEFAULTS)) {
            Variable<Double> sum = program.variable("sum", 0.0);
            program.call(f, program.variable("i", -1), program.variable("l", Long.MIN_VALUE), program.variable("f", -0.5f),
                    program.variable("d", 1e300)).into(sum).issue();
            assertEquals(-1 + Long.MIN_VALUE + -0.5f + 1e300, sum.get());
            assertEquals(-0.5f, program.variable("g", -0.5f).get());
            assertEquals(Long.MIN_VALUE, program.variable("m", Long.MIN_VALUE).get());
        }
    }
}
