package dev.penny.internal.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.LoadException;
import dev.penny.api.LoadOptions;
import dev.penny.api.PennyException;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskModule.ModuleKind;
import dev.penny.internal.vtable.CodeWriter;
import dev.penny.internal.vtable.GuestBytes;
import dev.penny.internal.vtable.TestWorker;
import dev.penny.internal.vtable.WasmType;
import dev.penny.internal.vtable.WasmWriter;
import dev.penny.internal.vtable.WasmWriter.Kind;
import dev.penny.internal.vtable.WasmWriter.Pages;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SharedWasmGuestTest {

    /** Runs one body per worker at the same time, each with its own worker on one machine. */
    private static <T> List<T> onWorkers(int workers, Guest guest, WorkerBody<T> body) throws Exception {
        TestWorker.Machine machine = new TestWorker.Machine();
        CyclicBarrier start = new CyclicBarrier(workers);
        try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
            List<Callable<T>> calls = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                int worker = i;
                calls.add(() -> {
                    Fixture fixture = new Fixture(new TestWorker(worker, machine), guest, 1024 + 256 * worker);
                    start.await();
                    return body.run(worker, fixture);
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(calls)) {
                results.add(future.get());
            }
            return results;
        }
    }

    private interface WorkerBody<T> {
        T run(int worker, Fixture fixture) throws Exception;
    }

    @Test
    void atomicCounterOfTwoWorkersIsExact() throws Exception {
        Guest guest = Fixture.load(Fixture.dist("test/shared.wasm"));
        assertEquals(ModuleKind.SHARED_WASM, guest.kind());
        onWorkers(2, guest, (worker, fixture) -> {
            for (int i = 0; i < 20_000; i++) {
                fixture.call("bump(i32)->i32", 1);
            }
            return 0;
        });
        assertEquals(40_000, new Fixture(guest).call("counter()->i32"));
    }

    @Test
    void workersDoNotShareAShadowStack() throws Exception {
        Guest guest = Fixture.load(Fixture.dist("test/shared.wasm"));
        new Fixture(guest).call("fill(i32,i32)->()", 0, 32_768);
        long expected = 32_767L * 32_768 / 2;
        for (long sum : onWorkers(4, guest, (worker, fixture) -> {
            for (int i = 0; i < 100; i++) {
                long sum = (long) fixture.call("sum(i32,i32)->i64", 0, 32_768);
                if (sum != expected) {
                    return sum;
                }
            }
            return expected;
        })) {
            assertEquals(expected, sum);
        }
    }

    @Test
    void threadLocalVariablesOfALinkedModuleAreSeparateAndDataIsInitialisedOnce() throws Exception {
        Guest guest = Fixture.load(Fixture.dist("shared-array.wasm"));
        new Fixture(new TestWorker(9, new TestWorker.Machine()), guest).call("fill(i32,i32)->()", 0, 1000);
        List<Integer> sums = onWorkers(3, guest, (worker, fixture) -> {
            for (int i = 0; i < 100 * (worker + 1); i++) {
                fixture.call("sum(i32,i32)->i64", 0, 1000);
            }
            return (Integer) fixture.call("sums_here()->i32");
        });
        assertEquals(List.of(100, 200, 300), sums);
    }

    @Test
    void trappedWorkerGetsANewInstanceOnTheSameStackAndTheMemoryStays() {
        Guest guest = Fixture.load(Fixture.dist("test/shared.wasm"));
        Fixture fixture = new Fixture(guest);
        fixture.call("bump(i32)->i32", 5);
        // The module has 64 pages; a new region for each instance would use them up.
        for (int i = 0; i < 100; i++) {
            assertThrows(TaskFailedException.class, () -> fixture.call("sum(i32,i32)->i64", 2, 1));
            assertEquals(5, fixture.call("counter()->i32"));
        }
        assertEquals(101, fixture.instances);
    }

    @Test
    void noRoomForAnotherWorkersStackNamesTheLimit() {
        Guest guest = Fixture.load(Fixture.dist("test/shared.wasm"), LoadOptions.DEFAULT.withMemoryLimit(7 * 65_536));
        TestWorker.Machine machine = new TestWorker.Machine();
        new Fixture(new TestWorker(0, machine), guest).call("counter()->i32");
        PennyException refused = assertThrows(CapacityException.class,
                () -> new Fixture(new TestWorker(1, machine), guest).call("counter()->i32"));
        assertTrue(refused.getMessage().contains("module=guest, worker=1, pages=2, maximum=7"), refused.getMessage());
    }

    @Test
    void hiddenStackPointerIsRefused() {
        WasmWriter module = new WasmWriter();
        module.importMemory("env", "memory", new Pages(1, 16, true));
        module.global(WasmType.I32, true, new CodeWriter().i32Const(65_536));
        GuestBytes.function(module, "f", List.of(), List.of(), new CodeWriter());
        byte[] wasm = module.custom("target_features", new byte[] {0}).toByteArray();
        LoadException refused = assertThrows(LoadException.class, () -> Fixture.load(wasm));
        assertTrue(refused.getMessage().contains("missing=__stack_pointer"), refused.getMessage());
    }

    @Test
    void linkerExportsOfTheWrongTypeFailTheTask() {
        WasmWriter module = new WasmWriter();
        module.importMemory("env", "memory", new Pages(1, 16, true));
        module.export("__stack_pointer", Kind.GLOBAL, module.global(WasmType.I64, false, new CodeWriter().i64Const(1)));
        module.export("__tls_size", Kind.GLOBAL, module.global(WasmType.I32, false, new CodeWriter().i32Const(-5)));
        GuestBytes.function(module, "__wasm_init_tls", List.of(), List.of(), new CodeWriter());
        GuestBytes.function(module, "f", List.of(), List.of(), new CodeWriter());
        Guest guest = Fixture.load(module.toByteArray());
        assertThrows(PennyException.class, () -> new Fixture(guest).call("f()->()"));
    }

    @Test
    void bytesGoThroughTheSharedMemoryToo() {
        WasmWriter module = new WasmWriter();
        module.importMemory("env", "memory", new Pages(1, 16, true));
        GuestBytes.function(module, "penny_alloc", List.of(WasmType.I32), List.of(WasmType.I32), new CodeWriter().i32Const(1024));
        GuestBytes.function(module, "same", List.of(WasmType.I32, WasmType.I32), List.of(WasmType.I64),
                GuestBytes.packed(new CodeWriter().localGet(0), new CodeWriter().localGet(1)));
        Fixture guest = new Fixture(Fixture.load(module.toByteArray()));
        assertEquals("shared", guest.call("same(string)->string", "shared"));
    }
}
