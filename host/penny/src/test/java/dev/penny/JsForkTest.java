package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LoadOptions;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.engine.LeakCheck;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code penny.join} and {@code penny.all} on every backend: results, failures, other languages, re-entered contexts. */
@Timeout(60)
class JsForkTest {

    private static final String MODULE = """
            export const signatures = {
              fib: '(i32)->i64', fibAll: '(i32)->i64', slow: '(i32)->i32', mixed: '(i32)->string', failing: '(i32)->string',
              caught: '(i32)->string', squares: '(i32)->i32', asyncJoin: '(i32)->i32', wrong: '(i32)->i32', longs: '(i64)->i64',
              bytes: '(bytes)->bytes', both: '(bytes)->i32', deep: '(i32)->i32', blocked: '(i32)->i32', nested: '(i32)->i32',
              leaf: '(i32)->i32', unknown: '()->()', boom: '(i32)->i32', firstOf: '(i32)->string',
            };
            export function fib(n) {
              if (n < 2) return BigInt(n);
              const [a, b] = penny.join([fib, n - 1], [fib, n - 2]);
              return a + b;
            }
            export async function fibAll(n) {
              if (n < 2) return BigInt(n);
              const [a, b] = await penny.all([[fibAll, n - 1], ['fibAll', n - 2]]);
              return a + b;
            }
            export function leaf(n) {
              let x = n;
              for (let i = 0; i < 3000; i++) x = Math.imul(x, 1664525) + 1013904223 | 0;
              return x === 42 ? 0 : n;
            }
            export function slow(n) {
              if (n <= 1) return leaf(n);
              const half = n >> 1;
              const [a, b] = penny.join([slow, half], [slow, n - half]);
              return a + b;
            }
            export function nested(n) {
              if (n === 0) return 1;
              const [a, b] = penny.join(['j/viaJava', n - 1], [nested, n - 1]);
              return a + b;
            }
            export async function mixed(n) {
              const all = await penny.all([['arith/square', n], ['wordcount/count', 'a b c'], [fib, 10], ['m/twice', BigInt(n)]]);
              const [d] = penny.join(['arith/square', 5], ['wordcount/count', 'x']);
              return all.concat([d]).map((v) => typeof v + v).join();
            }
            export function boom(n) { if (n % 2) throw new RangeError('odd ' + n); return n; }
            export function failing(n) { penny.join([slow, 40], [boom, n]); return 'fine'; }
            export function caught(n) {
              try { penny.join([slow, 40], [boom, n]); return 'fine'; }
              catch (e) { return e.name + '|' + e.message + '|' + /boom/.test(e.stack); }
            }
            export async function squares(n) {
              const values = await penny.all(Array.from({ length: n }, (_, i) => ['arith/square', i]));
              return values.reduce((a, b) => a + b, 0);
            }
            export async function firstOf(n) {
              try { await penny.all([[slow, 20], [boom, n], ['trap/divide', 1, 0]]); return 'fine'; }
              catch (e) { return e.message; }
            }
            export function asyncJoin(n) { return penny.join([fibAll, n], [slow, 1])[0]; }
            export function wrong(n) { return penny.join([slow, 1], [slow, 'text'])[1]; }
            export function longs(n) { const [a, b] = penny.join([same, n], ['m/twice', 1n]); return b === 2n ? a : 0n; }
            export function bytes(data) { return data.map((b) => b + 1); }
            export function both(data) { const [a, b] = penny.join([bytes, data], [bytes, data]); return a[0] * 1000 + b[b.length - 1]; }
            export function deep(n) { return n === 0 ? 0 : penny.join([deep, n - 1], [leaf, 1])[0] + 1; }
            export async function blocked(n) { return (await penny.all(Array.from({ length: n }, (_, i) => ['m/sleep', i]))).length; }
            export function unknown() { penny.join(['nowhere/f'], ['fib', 1]); }
            signatures.same = '(i64)->i64';
            export function same(n) { return n; }
            """;

    private Penny penny;
    private TaskModule js;

    private void start(ForkPools.Pool pool) {
        penny = pool.start();
        penny.load(Guests.dist("arith.wasm"));
        penny.load(Guests.js("wordcount.js"));
        penny.load(Guests.hostile("trap.wasm"));
        js = penny.loadJs(MODULE, LoadOptions.DEFAULT.named("j"));
        penny.javaModule("m").function("twice", "(i64)->i64", call -> call.result(2 * call.i64(0)))
                .blockingFunction("sleep", "(i32)->i32", call -> {
                    Thread.sleep(20);
                    call.result(call.i32(0));
                }).register();
    }

    @AfterEach
    void nothingIsHeld() {
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    static List<ForkPools.Pool> pools() {
        return ForkPools.all();
    }

    @ParameterizedTest
    @MethodSource("pools")
    void joinsEqualTheSequentialResult(ForkPools.Pool pool) {
        start(pool);
        assertEquals(987L, js.function("fib").call(16));
        assertEquals(144L, js.function("fibAll").call(12));
        assertEquals(1_000, js.function("slow").call(1_000));
        assertEquals(Long.MAX_VALUE, js.function("longs").call(Long.MAX_VALUE));
        assertEquals(Long.MIN_VALUE, js.function("longs").call(Long.MIN_VALUE));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void manyTasksForkInOneContextAtOnce(ForkPools.Pool pool) {
        start(pool);
        List<TaskHandle<Object>> syncs = IntStream.range(0, 40).mapToObj(i -> js.function("slow").submit(50 + i)).toList();
        List<TaskHandle<Object>> asyncs = IntStream.range(0, 40).mapToObj(i -> js.function("fibAll").submit(i % 10)).toList();
        long[] fibs = {0, 1, 1, 2, 3, 5, 8, 13, 21, 34};
        for (int i = 0; i < 40; i++) {
            assertEquals(50 + i, syncs.get(i).join());
            assertEquals(fibs[i % 10], asyncs.get(i).join());
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void callsMayBeOfAnyLanguage(ForkPools.Pool pool) {
        start(pool);
        assertEquals("number49,number3,bigint55,bigint14,number25", js.function("mixed").call(7));
        assertEquals(2470, js.function("squares").call(20));
        assertEquals(10, js.function("blocked").call(10));
        assertEquals(2 * 1000 + 10, js.function("both").call((Object) new byte[] {1, 5, 9}));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void anEmptyResultIsAResult(ForkPools.Pool pool) {
        start(pool);
        penny.loadJs("""
                export const signatures = { text: '()->string', bytes: '(bytes)->bytes' };
                export function text() { return ''; }
                export function bytes(data) { return data; }
                """, LoadOptions.DEFAULT.named("empty"));
        TaskModule lengths = penny.loadJs("""
                export const signatures = { sum: '(i32)->i32' };
                export function sum(n) {
                  const [text, bytes] = penny.join(['empty/text'], ['empty/bytes', new Uint8Array(n)]);
                  return text.length + bytes.length;
                }
                """, LoadOptions.DEFAULT.named("lengths"));
        for (int n : new int[] {0, 3, 0}) {
            assertEquals(n, lengths.function("sum").call(n));
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aChildsFailureReachesTheJoinersCatch(ForkPools.Pool pool) {
        start(pool);
        for (int i = 0; i < 20; i++) {
            assertEquals("RangeError|odd 3|true", js.function("caught").call(3));
            assertEquals("fine", js.function("caught").call(4));
            TaskFailedException thrown = assertThrows(TaskFailedException.class, () -> js.function("failing").call(5));
            assertTrue(thrown.getMessage().contains("odd 5"), thrown.getMessage());
            assertEquals("odd 7", js.function("firstOf").call(7));
        }
        assertTrue(((String) js.function("firstOf").call(2)).contains("divide"), (String) js.function("firstOf").call(2));
        assertEquals(55L, js.function("fib").call(10));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void misuseFailsTheSameWayStolenOrNot(ForkPools.Pool pool) {
        start(pool);
        for (int i = 0; i < 5; i++) {
            assertTrue(assertThrows(TaskFailedException.class, () -> js.function("asyncJoin").call(3)).getMessage()
                    .contains("an async function, use penny.all: function=j/fibAll"));
            assertTrue(assertThrows(TaskFailedException.class, () -> js.function("wrong").call(3)).getMessage()
                    .contains("wrong argument: function=j/slow(i32)->i32, index=0, type=i32, value=text"));
            assertTrue(assertThrows(RuntimeException.class, () -> js.function("unknown").call()).getMessage()
                    .contains("no such module: name='nowhere/f'"));
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void deepRecursionEndsOrFailsClearly(ForkPools.Pool pool) {
        start(pool);
        assertEquals(30, js.function("deep").call(30));
        String message = assertThrows(TaskFailedException.class, () -> js.function("deep").call(1_000_000)).getMessage();
        assertTrue(message.contains("call stack"), message);
        assertEquals(55L, js.function("fib").call(10));
    }

    /** JavaScript that waits in a join is entered again through Java, also by async functions. */
    @ParameterizedTest
    @MethodSource("pools")
    void aWaitingContextMayBeEnteredAgain(ForkPools.Pool pool) {
        start(pool);
        TaskModule back = penny.javaModule("back").function("fib", "(i32)->i64",
                call -> call.result((long) penny.<Object>scope(scope -> {
                    var child = scope.fork(js.function("fibAll"), call.i32(0));
                    scope.join();
                    return child.get();
                }))).register();
        back.function("fib");
        TaskModule outer = penny.loadJs("""
                export const signatures = { outer: '(i32)->i64' };
                export function outer(n) { const [a, b] = penny.join(['back/fib', n], ['back/fib', n]); return a + b; }
                """, LoadOptions.DEFAULT.named("outer"));
        assertEquals(110L, outer.function("outer").call(10));
        TaskModule self = penny.loadJs("""
                export const signatures = { go: '(i32)->i32', later: '(i32)->i32' };
                export function go(n) { const [a, b] = penny.join(['hop/later', n], ['hop/later', n + 1]); return a * 100 + b; }
                export async function later(n) { await null; const [x] = await penny.all([['arith/square', n]]); return x; }
                """, LoadOptions.DEFAULT.named("self"));
        penny.javaModule("hop").function("later", "(i32)->i32", call -> call.result((int) penny.<Object>scope(scope -> {
            var child = scope.fork(self.function("later"), call.i32(0));
            scope.join();
            return child.get();
        }))).register();
        for (int i = 0; i < 10; i++) {
            assertEquals(100 * i * i + (i + 1) * (i + 1), self.function("go").call(i));
        }
        assertTrue(LeakCheck.sum(penny, CoreLayout.WORKER_EXECUTED) > 0);
    }
}
