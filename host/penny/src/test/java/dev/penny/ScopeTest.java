package dev.penny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.Forked;
import dev.penny.api.LoadOptions;
import dev.penny.api.Outcome;
import dev.penny.api.ScopeOptions;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskScope;
import dev.penny.internal.engine.LeakCheck;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scopes: children of any language, failures, cancellation, deadlines; on every backend. */
@Timeout(20)
class ScopeTest {

    private Penny penny;

    @AfterEach
    void nothingIsHeld() {
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    static List<ForkPools.Pool> pools() {
        return ForkPools.all();
    }

    private static long busy(long from) {
        long x = from;
        for (int i = 0; i < 20_000; i++) {
            x = x * 6_364_136_223_846_793_005L + 1;
        }
        return x == 42 ? 0 : from;
    }

    private long tree(int depth) {
        if (depth == 0) {
            return busy(1);
        }
        return penny.scope(scope -> {
            List<Forked<Long>> children = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                children.add(scope.fork(() -> tree(depth - 1)));
            }
            scope.join();
            return children.stream().mapToLong(Forked::get).sum();
        });
    }

    @ParameterizedTest
    @MethodSource("pools")
    void nestedScopesEndWithAllTheirChildren(ForkPools.Pool pool) {
        penny = pool.start();
        assertEquals(256, tree(4));
        AtomicInteger ended = new AtomicInteger();
        String result = penny.scope(scope -> {
            for (int i = 0; i < 100; i++) {
                scope.fork(() -> busy(ended.incrementAndGet()));
            }
            return "body";
        });
        assertEquals("body", result);
        assertEquals(100, ended.get(), "the end of the body joins");
    }

    @ParameterizedTest
    @MethodSource("pools")
    void resultsAreThereAfterTheJoinAndNotBefore(ForkPools.Pool pool) {
        penny = pool.start();
        Forked<Integer> outside = penny.scope(scope -> {
            Forked<Integer> child = scope.fork(() -> 7);
            assertThrows(IllegalStateException.class, child::get);
            assertThrows(IllegalStateException.class, child::outcome);
            return child;
        });
        assertEquals(7, outside.get());
        assertEquals(new Outcome.Done<>(7), outside.outcome());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void onlyTheBodyMayFork(ForkPools.Pool pool) {
        penny = pool.start();
        AtomicReference<TaskScope> leaked = new AtomicReference<>();
        penny.scope(scope -> {
            leaked.set(scope);
            Forked<Boolean> child = scope.fork(() -> {
                assertThrows(IllegalStateException.class, () -> scope.fork(() -> 1));
                return true;
            });
            assertInstanceOf(IllegalStateException.class, assertThrows(TaskFailedException.class,
                    () -> penny.join(() -> scope.fork(() -> 1), () -> 2)).getCause(), "inside a join");
            scope.join();
            return child.get();
        });
        assertThrows(IllegalStateException.class, () -> leaked.get().fork(() -> 1));
        assertThrows(IllegalStateException.class, () -> leaked.get().join());
    }

    /** Whichever half it is, and whoever runs it: what is refused on one schedule is refused on all. */
    @ParameterizedTest
    @MethodSource("pools")
    void aScopeIsRefusedInsideOfAJoinOrALoop(ForkPools.Pool pool) {
        penny = pool.start();
        List<Consumer<Runnable>> insides = List.of(use -> penny.join(() -> 1, Executors.callable(use)),
                use -> penny.join(Executors.callable(use), () -> 2), use -> penny.parallelFor(0, 1, i -> use.run()),
                use -> penny.reduce(0, 1, 0, i -> {
                    use.run();
                    return 0;
                }, Integer::sum), use -> penny.reduce(0, 10_000, 0, i -> (int) i, (a, b) -> {
                    if (b == 9_999) {
                        use.run(); // In the last leaf, and on the way up from it.
                    }
                    return b;
                }));
        for (int round = 0; round < 5; round++) {
            for (Consumer<Runnable> inside : insides) {
                assertEquals(3, (int) penny.<Integer>scope(scope -> {
                    Forked<Integer> before = scope.fork(() -> 1);
                    inside.accept(() -> {
                        assertRefusedInside(assertThrows(IllegalStateException.class, () -> scope.fork(() -> 1)));
                        assertRefusedInside(assertThrows(IllegalStateException.class, scope::join));
                    });
                    Forked<Integer> after = scope.fork(() -> 2);
                    scope.join();
                    return before.get() + after.get();
                }));
            }
        }
    }

    private static void assertRefusedInside(IllegalStateException refused) {
        assertTrue(refused.getMessage().startsWith("only the body of a scope may use it"), refused.getMessage());
    }

    /** Its children would lie among those of the inner scope, which ends first. */
    @ParameterizedTest
    @MethodSource("pools")
    void aScopeIsRefusedInTheBodyOfAnInnerOneAndGoesOnAfterIt(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> one = penny.javaModule("m").function("one", "()->i32", call -> call.result(1)).register().function("one");
        assertEquals(7, (int) penny.<Integer>scope(outer -> {
            Forked<Integer> before = outer.fork(() -> 1);
            Forked<Integer> within = penny.scope(inner -> {
                List<Executable> uses = List.of(() -> outer.fork(() -> 1), () -> outer.fork(one), outer::join);
                for (Executable use : uses) {
                    assertTrue(assertThrows(IllegalStateException.class, use).getMessage().contains("inner scope"));
                }
                return inner.fork(() -> 2);
            });
            assertThrows(TaskFailedException.class, () -> penny.scope(inner -> {
                throw new IllegalStateException("inner");
            }));
            Forked<Integer> after = outer.fork(() -> 4);
            outer.join();
            return before.get() + within.get() + after.get();
        }));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void theFirstFailureCancelsWhatHasNotStarted(ForkPools.Pool pool) {
        penny = pool.start();
        AtomicInteger ran = new AtomicInteger();
        IllegalStateException cause = new IllegalStateException("child 9990");
        List<Forked<Integer>> children = new ArrayList<>();
        TaskFailedException thrown = assertThrows(TaskFailedException.class, () -> penny.scope(scope -> {
            for (int i = 0; i < 10_000; i++) {
                int number = i;
                children.add(scope.fork(() -> {
                    ran.incrementAndGet();
                    // One of the newest, which their forker runs first: the oldest may be with a thief that gets no processor.
                    if (number == 9_990) {
                        throw cause;
                    }
                    return number;
                }));
            }
            return null;
        }));
        assertSame(cause, thrown.getCause());
        assertTrue(ran.get() < 10_000, "all siblings ran");
        int skipped = 0;
        for (Forked<Integer> child : children) {
            try {
                child.get();
            } catch (CancellationException e) {
                skipped++;
            } catch (TaskFailedException e) {
                assertSame(cause, e.getCause());
            }
        }
        assertEquals(10_000 - ran.get(), skipped);
    }

    @ParameterizedTest
    @MethodSource("pools")
    void collectedFailuresLeaveTheOthersAlone(ForkPools.Pool pool) {
        penny = pool.start();
        List<Forked<Integer>> children = new ArrayList<>();
        assertEquals("ok", penny.scope(ScopeOptions.COLLECT, scope -> {
            for (int i = 0; i < 200; i++) {
                int number = i;
                children.add(scope.fork(() -> {
                    busy(number);
                    if (number % 7 == 0) {
                        throw new IllegalStateException("n" + number);
                    }
                    return number;
                }));
            }
            return "ok";
        }));
        for (int i = 0; i < 200; i++) {
            Forked<Integer> child = children.get(i);
            if (i % 7 == 0) {
                assertEquals("n" + i, assertThrows(TaskFailedException.class, child::get).getCause().getMessage());
                assertInstanceOf(Outcome.Failed.class, child.outcome());
            } else {
                assertEquals(i, child.get());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void theBodysOwnFailureEndsTheChildrenFirst(ForkPools.Pool pool) {
        penny = pool.start();
        AtomicInteger running = new AtomicInteger();
        Exception cause = new Exception("body");
        assertSame(cause, assertThrows(TaskFailedException.class, () -> penny.scope(scope -> {
            for (int i = 0; i < 50; i++) {
                scope.fork(() -> {
                    running.incrementAndGet();
                    busy(1);
                    return running.decrementAndGet();
                });
                busy(i);
            }
            throw cause;
        })).getCause());
        assertEquals(0, running.get());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void cancelledChildrenNeverStart(ForkPools.Pool pool) {
        penny = pool.start();
        AtomicInteger ran = new AtomicInteger();
        List<Forked<Integer>> children = new ArrayList<>();
        assertEquals(1, (int) penny.<Integer>scope(scope -> {
            children.add(scope.fork(() -> {
                scope.cancel();
                return ran.incrementAndGet();
            }));
            scope.join();
            assertTrue(scope.isCancelled());
            for (int i = 0; i < 100; i++) {
                children.add(scope.fork(ran::incrementAndGet));
            }
            return 1;
        }));
        assertEquals(1, ran.get());
        assertEquals(1, children.getFirst().get());
        assertThrows(CancellationException.class, () -> children.get(50).get());
        assertTrue(((Outcome.Failed<Integer>) children.get(50).outcome()).cause().getMessage().contains("cancelled"));
    }

    /** Not to be taken for a child that the scope itself has cancelled. */
    @ParameterizedTest
    @MethodSource("pools")
    void aChildThatThrowsACancellationOfItsOwnFailsTheScope(ForkPools.Pool pool) {
        penny = pool.start();
        CancellationException cause = new CancellationException("the child's own");
        var module = penny.javaModule("m").function("quick", "()->()", call -> {
            throw cause;
        }).blockingFunction("blocking", "()->()", call -> {
            throw cause;
        }).register();
        List<Consumer<TaskScope>> children = List.of(scope -> scope.fork(() -> {
            throw cause;
        }), scope -> scope.fork(module.function("quick")), scope -> scope.fork(module.function("blocking")));
        for (Consumer<TaskScope> child : children) {
            assertSame(cause, assertThrows(TaskFailedException.class, () -> penny.scope(scope -> {
                child.accept(scope);
                for (int i = 0; i < 20; i++) {
                    scope.fork(() -> busy(1));
                }
                return "ok";
            })).getCause());
        }
        Forked<Object> collected = penny.scope(ScopeOptions.COLLECT, scope -> scope.fork(() -> {
            throw cause;
        }));
        assertSame(cause, assertThrows(TaskFailedException.class, collected::get).getCause());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aPassedDeadlineFailsTheScope(ForkPools.Pool pool) {
        penny = pool.start();
        AtomicInteger ran = new AtomicInteger();
        TaskFailedException thrown = assertThrows(TaskFailedException.class,
                () -> penny.scope(ScopeOptions.DEFAULT.deadline(Duration.ofMillis(20)), scope -> {
                    for (int i = 0; i < 100; i++) {
                        scope.fork(() -> {
                            ran.incrementAndGet();
                            Thread.sleep(10);
                            return 1;
                        });
                    }
                    return null;
                }));
        assertInstanceOf(TimeoutException.class, thrown.getCause());
        assertTrue(thrown.getMessage().contains("deadline=PT0.02S"), thrown.getMessage());
        assertTrue(ran.get() < 100, "all children ran");
        assertEquals(2, (int) penny.<Integer>scope(ScopeOptions.DEFAULT.deadline(Duration.ofHours(1)), scope -> 2));
    }

    /** The failure was the body's to catch; that the time is over is not. */
    @ParameterizedTest
    @MethodSource("pools")
    void aDeadlineFailsTheScopeWhateverTheBodyCatches(ForkPools.Pool pool) {
        penny = pool.start();
        for (boolean earlier : List.of(true, false)) {
            TaskFailedException thrown = assertThrows(TaskFailedException.class,
                    () -> penny.scope(ScopeOptions.DEFAULT.deadline(Duration.ofMillis(20)), scope -> {
                        scope.fork(() -> {
                            throw new IllegalStateException("child");
                        });
                        if (!earlier) {
                            Thread.sleep(30);
                        }
                        assertThrows(TaskFailedException.class, scope::join);
                        Thread.sleep(30);
                        assertInstanceOf(TimeoutException.class, assertThrows(TaskFailedException.class, scope::join).getCause());
                        return "all is well";
                    }));
            assertInstanceOf(TimeoutException.class, thrown.getCause());
        }
        assertEquals("caught", penny.scope(ScopeOptions.DEFAULT.deadline(Duration.ofHours(1)), scope -> {
            scope.fork(() -> {
                throw new IllegalStateException("child");
            });
            assertThrows(TaskFailedException.class, scope::join);
            return "caught";
        }));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void childrenMayBeTasksOfAnyLanguage(ForkPools.Pool pool) throws Exception {
        penny = pool.start();
        TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
        TaskFunction<byte[]> sha256 = penny.load(Guests.dist("sha256.wasm")).function("sha256", "(bytes)->bytes", byte[].class);
        TaskFunction<Object> count = penny.load(Guests.js("wordcount.js")).function("count");
        TaskFunction<String> shout = penny.loadJs("export const signatures = { shout: '(string)->string' };"
                + "export const shout = (text) => text.toUpperCase();", LoadOptions.DEFAULT.named("s"))
                .function("shout", "(string)->string", String.class);
        TaskFunction<Object> java = penny.javaModule("m").function("twice", "(i64)->i64", call -> call.result(2 * call.i64(0)))
                .register().function("twice");
        byte[] data = new byte[5_000];
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(data);
        for (int round = 0; round < 20; round++) {
            int n = round;
            assertEquals("ok", penny.scope(scope -> {
                List<Forked<Object>> squares = IntStream.range(0, 20).mapToObj(i -> scope.fork(square, i)).toList();
                List<Forked<byte[]>> digests = IntStream.range(0, 10).mapToObj(i -> scope.fork(sha256, (Object) data)).toList();
                Forked<Object> words = scope.fork(count, "one two three");
                Forked<String> loud = scope.fork(shout, "hey" + n);
                Forked<Object> doubled = scope.fork(java, n);
                Forked<Long> closure = scope.fork(() -> busy(n));
                scope.join();
                for (int i = 0; i < 20; i++) {
                    assertEquals(i * i, squares.get(i).get());
                }
                for (Forked<byte[]> one : digests) {
                    assertArrayEquals(digest, one.get());
                }
                assertEquals(3, words.get());
                assertEquals("HEY" + n, loud.get());
                assertEquals(2L * n, doubled.get());
                assertEquals(n, closure.get());
                return "ok";
            }));
        }
        assertThrows(SignatureException.class, () -> penny.scope(scope -> scope.fork(square, "no")));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void failuresOfOtherLanguagesArriveWithTheirStack(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> divide = penny.load(Guests.hostile("trap.wasm")).function("divide");
        TaskFunction<Object> fail = penny.loadJs("export const signatures = { fail: '()->i32' };"
                + "export function fail() { throw new RangeError('no'); }", LoadOptions.DEFAULT.named("f")).function("fail");
        for (int round = 0; round < 10; round++) {
            TaskFailedException trap = assertThrows(TaskFailedException.class, () -> penny.scope(scope -> {
                scope.fork(divide, 4, 2);
                scope.fork(divide, 4, 0);
                return null;
            }));
            assertTrue(trap.function().contains("divide"), trap.toString());
            TaskFailedException error = assertThrows(TaskFailedException.class, () -> penny.scope(scope -> scope.fork(fail)));
            assertTrue(error.getMessage().contains("RangeError: no"), error.getMessage());
        }
        assertEquals(3, divide.call(9, 3));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void blockingTasksOfAScopeWaitTogether(ForkPools.Pool pool) {
        penny = pool.start();
        AtomicInteger together = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        TaskFunction<Object> wait = penny.javaModule("m").blockingFunction("wait", "(i32)->i32", call -> {
            most.accumulateAndGet(together.incrementAndGet(), Math::max);
            Thread.sleep(30);
            together.decrementAndGet();
            if (call.i32(0) < 0) {
                throw new IllegalStateException("negative");
            }
            call.result(call.i32(0) + 1);
        }).register().function("wait");
        assertEquals(210, (int) penny.<Integer>scope(scope -> {
            List<Forked<Object>> children = IntStream.range(0, 20).mapToObj(i -> scope.fork(wait, i)).toList();
            scope.join();
            return children.stream().mapToInt(child -> (int) child.get()).sum();
        }));
        assertTrue(most.get() > 1, "one after the other");
        assertEquals("negative", assertThrows(TaskFailedException.class, () -> penny.scope(scope -> scope.fork(wait, -1)))
                .getCause().getMessage());
    }
}
