package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LoadOptions;
import dev.penny.api.PennyException;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.internal.vtable.CodeWriter;
import dev.penny.internal.vtable.WasmType;
import dev.penny.internal.vtable.WasmWriter;
import dev.penny.spi.ThreadBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Graphs that wasm guests build and run: {@code guest-modules/c/graphs.c}, and descriptions that no compiler would make. */
@Timeout(180)
class WasmGraphTest extends GuestGraphContract {

    @Override
    TaskModule load(Penny penny) {
        return penny.load(Guests.dist("graphs.wasm"));
    }

    private static int squaresBelow(int n) {
        return IntStream.range(0, n).map(i -> i * i).sum();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void graphsGiveTheAnswersOfASequentialRun(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(3).backend(backend.get()).build()) {
            TaskModule graphs = graphs(penny);
            for (int n : new int[] {1, 2, 3, 7, 100, 300}) {
                assertEquals(squaresBelow(n), graphs.function("squares").call(n));
            }
            assertEquals(5 + 1.5 + (1L << 40) - 1, graphs.function("types").call());
            assertEquals("0 1111 ", graphs.function("chain").call(9));
            assertEquals(16, graphs.function("nested").call(4));
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** Several in flight: while one waits, others run in its instance and allocate there. */
    @ParameterizedTest
    @MethodSource("backends")
    void whatATaskHoldsStaysWhileOthersRunInItsInstance(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            TaskModule graphs = graphs(penny);
            List<TaskHandle<Object>> handles = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                handles.add(graphs.function("eightfold").submit("text %d ".formatted(i).repeat(i)));
            }
            for (int i = 0; i < 60; i++) {
                String text = "text %d ".formatted(i).repeat(i);
                String two = text + "-" + text;
                String four = two + "+" + two;
                assertEquals(four + "*" + four + text, handles.get(i).join());
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,1 2333", "1,1 1231", "2,1 1121", "3,1 1112"})
    void theBuilderSeesWhoFailedAndWhoWasSkipped(int wrong, String outcome) {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule graphs = graphs(penny);
            String answer = (String) graphs.function("chain").call(wrong);
            assertTrue(answer.startsWith(outcome + " "), answer);
            assertTrue(answer.contains("task=" + "abcd".charAt(wrong)) && answer.contains("unreachable"), answer);
            assertEquals(wrong == 0, answer.contains("a -> b -> c"), answer);
            assertEquals("0 1111 ", graphs.function("chain").call(-1));
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void aGraphWithoutItsModulesFailsWithTheirName() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule graphs = penny.load(Guests.dist("graphs.wasm"));
            fails(graphs, "squares", "arith", 3);
            penny.load(Guests.js("arith.js"));
            assertEquals(5, graphs.function("squares").call(3));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,task 0 -> task 0", "2,task 0 -> task 1 -> task 0", "4,task 0 -> task 1 -> task 2 -> task 3 -> task 0"})
    void circlesAreRefusedAndPrinted(int tasks, String circle) {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule graphs = graphs(penny);
            PennyException failure = assertThrows(PennyException.class, () -> graphs.function("circle").call(tasks));
            // Which way round and where it begins does not matter.
            assertEquals(circle.split(" -> ").length, failure.getMessage().split(" -> ").length, failure.getMessage());
            assertTrue(failure.getMessage().contains("task 0"), failure.getMessage());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    // ---- descriptions made by hand

    private static final int TASKS = 40;
    private static final int ARGUMENTS = 136;
    private static final int ORDERS = 200;
    private static final int NAMES = 240;

    /** {@code b = arith/square(a = arith/square(7))}, with room for changes. */
    private static ByteBuffer description() {
        ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(0, TASKS).putInt(4, 2).putInt(8, ARGUMENTS).putInt(12, 2).putInt(16, ORDERS).putInt(20, 1);
        for (int task = 0; task < 2; task++) {
            bytes.putInt(TASKS + 48 * task + 8, NAMES).putInt(TASKS + 48 * task + 12, 12).putInt(TASKS + 48 * task + 16, task)
                    .putInt(TASKS + 48 * task + 20, 1);
        }
        bytes.putInt(ARGUMENTS, 0).putLong(ARGUMENTS + 8, 7);
        bytes.putInt(ARGUMENTS + 16, 2).putInt(ARGUMENTS + 20, 0);
        bytes.putInt(ORDERS, 0).putInt(ORDERS + 4, 1);
        bytes.put(NAMES, "arith/square".getBytes(StandardCharsets.US_ASCII));
        return bytes;
    }

    @Test
    void hostileDescriptionsFailTheirTaskWithTheReason() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule graphs = graphs(penny);
            assertEquals(0, graphs.function("raw").call(description().array(), 32));
            for (int bytes : new int[] {0, 31, 33, 44, -1}) {
                fails(graphs, "raw", "version of the header: bytes=" + Integer.toUnsignedLong(bytes), description().array(), bytes);
            }
            record Hostile(String reason, Consumer<ByteBuffer> change) { }
            for (Hostile hostile : List.of(
                    new Hostile("too many tasks: count=4294967295, limit=65536", bytes -> bytes.putInt(4, -1)),
                    new Hostile("too many tasks: count=65537", bytes -> bytes.putInt(4, 65_537)),
                    new Hostile("tasks lie outside of the guest's memory: ptr=2147483632", bytes -> bytes.putInt(0, 0x7ffffff0)),
                    new Hostile("too many arguments: count=2147483647", bytes -> bytes.putInt(12, Integer.MAX_VALUE)),
                    new Hostile("arguments lie outside of the guest's memory", bytes -> bytes.putInt(8, 0x7ffffff0)),
                    new Hostile("too many orders: count=1048577", bytes -> bytes.putInt(20, (1 << 20) + 1)),
                    new Hostile("orders lie outside of the guest's memory", bytes -> bytes.putInt(20, 1 << 20)),
                    new Hostile("arguments of a task outside of the table: task=1, first=2, count=1", bytes -> bytes.putInt(TASKS + 48 + 16, 2)),
                    new Hostile("count=4294967295, arguments=2", bytes -> bytes.putInt(TASKS + 20, -1)),
                    new Hostile("unknown flags of a task: task=0, flags=0x100", bytes -> bytes.putInt(TASKS + 24, 0x100)),
                    new Hostile("a result cannot be kept", bytes -> bytes.putInt(TASKS + 24, 1)),
                    new Hostile("worker", bytes -> bytes.putInt(TASKS + 28, 2)),
                    new Hostile("worker", bytes -> bytes.putInt(TASKS + 28, Integer.MIN_VALUE)),
                    new Hostile("too many the bytes of a function's name", bytes -> bytes.putInt(TASKS + 12, 1025)),
                    new Hostile("the bytes of a name lie outside", bytes -> bytes.putInt(TASKS, -1).putInt(TASKS + 4, 1)),
                    new Hostile("unknown kind of argument: task=0, kind=3", bytes -> bytes.putInt(ARGUMENTS, 3)),
                    new Hostile("an argument of task 1 names a task that is not there, or not yet: named=1, tasks=1",
                            bytes -> bytes.putInt(ARGUMENTS + 20, 1)),
                    new Hostile("named=4294967295", bytes -> bytes.putInt(ARGUMENTS + 20, -1)),
                    new Hostile("order 0 names a task that is not there, or not yet: named=2", bytes -> bytes.putInt(ORDERS, 2)),
                    new Hostile("the bytes of an argument lie outside", bytes -> bytes.putInt(ARGUMENTS, 1).putInt(ARGUMENTS + 4, 1)
                            .putLong(ARGUMENTS + 8, 0xffffffffL)),
                    new Hostile("an argument does not fit", bytes -> bytes.putInt(ARGUMENTS, 1)),
                    new Hostile("wrong number of arguments", bytes -> bytes.putInt(TASKS + 20, 2).putInt(ARGUMENTS + 16, 0)),
                    new Hostile("wrong number of arguments", bytes -> bytes.putInt(TASKS + 48 + 20, 0)),
                    new Hostile("no such module", bytes -> bytes.put(NAMES, (byte) 'x')),
                    new Hostile("no such function: module=arith, function=squarf", bytes -> bytes.put(NAMES + 11, (byte) 'f')),
                    new Hostile("no tasks", bytes -> bytes.putInt(4, 0).putInt(20, 0)))) {
                ByteBuffer bytes = description();
                hostile.change().accept(bytes);
                fails(graphs, "raw", hostile.reason(), bytes.array(), 32);
            }
            assertEquals(squaresBelow(10), graphs.function("squares").call(10));
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** The same megabyte as argument of many tasks: a small table, but too much to copy. */
    @Test
    void aSmallTableCannotMakeTheHostCopyWithoutEnd() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule graphs = graphs(penny);
            int tasks = 200;
            ByteBuffer bytes = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
            int arguments = TASKS + 48 * tasks;
            bytes.putInt(0, TASKS).putInt(4, tasks).putInt(8, arguments).putInt(12, 2).putInt(16, 0).putInt(20, 0);
            int name = arguments + 32;
            for (int task = 0; task < tasks; task++) {
                bytes.putInt(TASKS + 48 * task + 8, name).putInt(TASKS + 48 * task + 12, 5).putInt(TASKS + 48 * task + 20, 2);
            }
            // The stack of the module lies first in its memory, so these addresses are good.
            bytes.putInt(arguments, 1).putInt(arguments + 4, 1 << 20).putLong(arguments + 8, 8);
            bytes.putInt(arguments + 16, 1).putInt(arguments + 20, 0).putLong(arguments + 24, 8);
            bytes.put(name, "twice".getBytes(StandardCharsets.US_ASCII));
            fails(graphs, "raw", "too many bytes of arguments: bytes=135266304, limit=134217728", bytes.array(), 32);
        }
    }

    @Test
    void randomDescriptionsNeverHarmAnythingElse() {
        Random random = new Random(11);
        int refused = 0;
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule graphs = graphs(penny);
            for (int i = 0; i < 1_500; i++) {
                ByteBuffer bytes = description();
                for (int change = 1 + random.nextInt(3); change > 0; change--) {
                    int at = 4 * random.nextInt(NAMES / 4);
                    bytes.putInt(at, switch (random.nextInt(4)) {
                        case 0 -> random.nextInt();
                        case 1 -> random.nextInt(3);
                        case 2 -> bytes.getInt(at) ^ 1 << random.nextInt(32);
                        default -> random.nextInt(600);
                    });
                }
                try {
                    graphs.function("raw").call(bytes.array(), 32);
                } catch (PennyException e) {
                    refused++;
                }
            }
            assertEquals(squaresBelow(100), graphs.function("squares").call(100));
            LeakCheck.assertNothingHeld(penny);
        }
        assertTrue(refused > 300 && refused < 1_500, "refused: " + refused);
    }

    /** Without memory and without an allocator: the header cannot even lie anywhere. */
    @Test
    void aModuleWithoutMemoryCannotDescribeAGraph() {
        WasmWriter module = new WasmWriter();
        int run = module.importFunction("penny", "graph_run", List.of(WasmType.I32, WasmType.I32), List.of(WasmType.I32));
        module.export("task", WasmWriter.Kind.FUNCTION, module.function(List.of(), List.of(WasmType.I32), List.of(),
                new CodeWriter().i32Const(0).i32Const(32).call(run)));
        try (Penny penny = Penny.builder().workers(1).build()) {
            fails(penny.loadWasm(module.toByteArray(), LoadOptions.DEFAULT.named("blind")), "task", "the header lie outside");
        }
    }
}
