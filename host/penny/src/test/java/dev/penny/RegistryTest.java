package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.Joined;
import dev.penny.api.LinkException;
import dev.penny.api.LoadOptions;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.internal.vtable.NameRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions are known by name and signature, modules come and are replaced while tasks run. */
class RegistryTest {

    @Test
    void theSameNameWithAnotherSignatureCoexists() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule module = penny.javaModule("m")
                    .function("twice", "(i32)->i32", call -> call.result(2 * call.i32(0)))
                    .function("twice", "(f64)->f64", call -> call.result(2 * call.f64(0)))
                    .register();
            assertEquals(42, module.function("twice", "(i32)->i32").call(21));
            assertEquals(1.5, module.function("twice(f64)->f64").call(0.75));
            LinkException ambiguous = assertThrows(LinkException.class, () -> module.function("twice"));
            assertTrue(ambiguous.getMessage().contains("(i32)->i32 (f64)->f64"), ambiguous.getMessage());
            assertThrows(SignatureException.class, () -> module.function("twice", "(i64)->i64"));
        }
    }

    @Test
    void aNameIsTakenUntilItIsReplaced() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            penny.load(Guests.dist("arith.wasm"));
            LinkException taken = assertThrows(LinkException.class, () -> penny.load(Guests.dist("arith.wasm")));
            assertTrue(taken.getMessage().contains("module=arith"), taken.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({"'', it is blank", "' ', it is blank", "a/b, it has a slash", "penny:fork, penny: is the beginning of Penny's own"})
    void aNameThatWouldHideAnotherIsRefused(String name, String reason) {
        try (Penny penny = Penny.builder().workers(1).build()) {
            LinkException refused = assertThrows(LinkException.class,
                    () -> penny.load(Guests.dist("arith.wasm"), LoadOptions.DEFAULT.named(name)));
            assertEquals("not a name for a module: module='%s', reason=%s".formatted(name, reason), refused.getMessage());
            assertThrows(LinkException.class, () -> penny.javaModule(name).function("f", "()->()", call -> { }).register());
            assertEquals(List.of(), penny.modules());
        }
    }

    /** Forks in Java and the executor run as functions of modules that Penny makes for them. */
    @Test
    void whatPennyRunsJavaWithIsNoModuleOfTheUser() throws Exception {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule fork = penny.load(Guests.dist("arith.wasm"), LoadOptions.DEFAULT.named("penny-fork"));
            TaskModule executor = penny.load(Guests.dist("arith.wasm"), LoadOptions.DEFAULT.named("penny-executor"));
            assertEquals(new Joined<>(1, 2), penny.join(() -> 1, () -> 2));
            assertEquals(7, penny.asExecutorService().submit(() -> 7).get());
            assertEquals(List.of(fork, executor), penny.modules());
            TaskFunction<Object> curious = penny.loadJs("""
                    export function reach(name) {
                      try {
                        penny.join([name, 0n], [name, 1n]);
                        return "reached";
                      } catch (e) {
                        return String(e.message ?? e);
                      }
                    }
                    """, LoadOptions.DEFAULT.named("curious")).function("reach", "(string)->string");
            for (String own : List.of("penny:fork/run", "penny:fork/root", "penny:executor/run")) {
                String answer = (String) curious.call(own);
                assertTrue(answer.contains("no such module: name='%s', loaded=penny-fork penny-executor curious".formatted(own)), answer);
            }
        }
    }

    @Test
    void modulesLoadedWhileTasksRunServeEveryWorker() throws Exception {
        try (Penny penny = Penny.builder().workers(4).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            Thread busy = Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 30; round++) {
                    square.mapRangeToLongs(0, 50_000);
                }
            });
            for (int i = 0; i < 20; i++) {
                TaskFunction<Object> add = penny.load(Guests.dist("arith-wat.wasm"), LoadOptions.DEFAULT.named("late" + i)).function("add");
                List<TaskHandle<Object>> handles = new ArrayList<>();
                for (int task = 0; task < 200; task++) {
                    handles.add(add.submit(task, i));
                }
                for (int task = 0; task < 200; task++) {
                    assertEquals(task + i, handles.get(task).join());
                }
            }
            busy.join();
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void tasksInFlightKeepTheVersionTheyWereSubmittedWith(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("version.mjs");
        CountDownLatch gate = new CountDownLatch(1);
        try (Penny penny = Penny.builder().workers(1).build()) {
            Files.writeString(file, "export const signatures = { version: '()->i32' };\nexport function version() { return 1; }\n");
            TaskModule module = penny.load(file);
            TaskFunction<Integer> version = module.function("version", "()->i32", Integer.class);
            TaskFunction<Object> hold = penny.javaModule("hold").function("hold", "()->()", call -> gate.await())
                    .register().function("hold");
            assertEquals(1, version.call());
            hold.submit();
            List<TaskHandle<Integer>> old = List.of(version.submit(), version.submit());
            Files.writeString(file, "export const signatures = { version: '()->i32' };\nexport function version() { return 2; }\n");
            penny.replace(module, file, LoadOptions.DEFAULT);
            TaskHandle<Integer> fresh = version.submit();
            gate.countDown();
            assertEquals(List.of(1, 1), old.stream().map(TaskHandle::join).toList());
            assertEquals(2, fresh.join());
            assertEquals(2, version.call());
        }
    }

    @Test
    void aReplacementWithoutAFunctionInUseChangesNothing() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule module = penny.load(Guests.dist("arith.wasm"));
            TaskFunction<Object> square = module.function("square");
            assertEquals(9, square.call(3));
            assertThrows(LinkException.class, () -> penny.replace(module, Guests.dist("nbody.wasm"), LoadOptions.DEFAULT));
            assertEquals(16, square.call(4));
            penny.replace(module, Guests.dist("arith-as.wasm"), LoadOptions.DEFAULT);
            assertEquals(25, square.call(5));
        }
    }

    @Test
    void aForcedHashCollisionIsReportedWithBothNames() {
        NameRegistry registry = new NameRegistry(8, name -> 7);
        registry.register("m/f()->i32");
        LinkException collision = assertThrows(LinkException.class, () -> registry.register("m/g()->i32"));
        assertTrue(collision.getMessage().contains("m/f()->i32") && collision.getMessage().contains("m/g()->i32"), collision.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 256})
    void aThousandTasksRunOnceOnAnyNumberOfWorkers(int workers) {
        try (Penny penny = Penny.builder().workers(workers).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            for (int i = 0; i < 1_000; i++) {
                square.submit(i);
            }
            long[] squares = square.mapRangeToLongs(0, 10_000);
            assertEquals(99 * 99, squares[99]);
            LeakCheck.assertNothingHeld(penny);
            assertEquals(11_000, LeakCheck.sum(penny, CoreLayout.WORKER_EXECUTED));
            assertFalse(penny.counters().isEmpty());
        }
    }
}
