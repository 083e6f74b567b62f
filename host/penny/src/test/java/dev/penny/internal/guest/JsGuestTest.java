package dev.penny.internal.guest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.TaskFailedException;
import dev.penny.internal.vtable.TestWorker;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes into JavaScript and comes out of it. */
@Timeout(60)
final class JsGuestTest {

    static JsGuest guest(String text) {
        return JsGuest.load(TestWorker.sharedRuntime(), new JsSource("m", text, Optional.empty()), GuestLog.system());
    }

    private static Object eval(String signature, String body, Object... arguments) throws Throwable {
        try (TaskHarness harness = new TaskHarness(guest("export function f(a, b, c) { " + body + " }"))) {
            return harness.call("f", signature, arguments);
        }
    }

    @Test
    void numbersOfEveryTypeArriveAsWhatTheyAre() throws Throwable {
        assertEquals("number -2147483648", eval("(i32)->string", "return typeof a + ' ' + a", Integer.MIN_VALUE));
        assertEquals("bigint 9223372036854775807", eval("(i64)->string", "return typeof a + ' ' + a", Long.MAX_VALUE));
        assertEquals("bigint -9223372036854775808", eval("(i64)->string", "return typeof a + ' ' + a", Long.MIN_VALUE));
        assertEquals("bigint 1152921504606846977", eval("(i64)->string", "return typeof a + ' ' + a", (1L << 60) + 1));
        assertEquals("number true", eval("(f32)->string", "return typeof a + ' ' + (a === Math.fround(0.1))", 0.1f));
        assertEquals("number NaN", eval("(f64)->string", "return typeof a + ' ' + a", Double.NaN));
        assertEquals("true", eval("(f64)->string", "return String(Object.is(a, -0))", -0.0));
    }

    @Test
    void resultsOfEveryTypeComeBackExactly() throws Throwable {
        assertEquals(42, eval("(i32,i32)->i32", "return a + b", 40, 2));
        assertEquals(Integer.MIN_VALUE, eval("()->i32", "return -(2 ** 31)"));
        assertEquals(Long.MAX_VALUE, eval("()->i64", "return 2n ** 63n - 1n"));
        assertEquals((1L << 60) + 1, eval("(i64)->i64", "return a", (1L << 60) + 1));
        assertEquals((1L << 53) - 1, eval("()->i64", "return Number.MAX_SAFE_INTEGER"));
        assertEquals(0, eval("()->i32", "return -0"));
        assertEquals(0L, eval("()->i64", "return -0"));
        assertEquals((float) Math.PI, eval("()->f32", "return Math.PI"));
        assertEquals(Math.E, eval("()->f64", "return Math.E"));
        assertEquals(Double.NEGATIVE_INFINITY, eval("()->f64", "return -1 / 0"));
        assertEquals("void", eval("(i32)->()", "a + 1", 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "i32|1.5", "i32|2 ** 31", "i32|-(2 ** 31) - 1", "i32|NaN", "i32|Infinity", "i32|'7'", "i32|undefined",
        "i32|null", "i32|true", "i32|{}",
        "i64|2n ** 63n", "i64|-(2n ** 63n) - 1n", "i64|2 ** 53", "i64|2 ** 60", "i64|0.5", "i64|'1'", "i64|undefined",
        "f64|'1'", "f64|undefined", "f64|[1]", "f32|null",
        "string|1", "string|undefined", "string|null", "string|['a']",
        "bytes|'a'", "bytes|[1, 2]", "bytes|new Int8Array(1)", "bytes|new DataView(new ArrayBuffer(1))", "bytes|undefined", "bytes|7"})
    void resultThatDoesNotFitFailsWithFunctionTypeAndValue(String type, String value) {
        TaskFailedException failure = assertThrows(TaskFailedException.class, () -> eval("()->" + type, "return (" + value + ")"));
        assertTrue(failure.getMessage().contains("m/f()->" + type), failure.getMessage());
        assertTrue(failure.getMessage().contains("result does not fit: type=" + type + ", value="), failure.getMessage());
    }

    @Test
    void rangeErrorsNameTheLimit() {
        TaskFailedException failure = assertThrows(TaskFailedException.class, () -> eval("()->i32", "return 4294967296"));
        assertTrue(failure.getMessage().contains("value=4294967296"), failure.getMessage());
        assertTrue(failure.getMessage().contains("max=2147483647"), failure.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "\u00e9\u00df", "\u65e5\u672c\u8a9e",
        "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67", "a\u0000b", "\uffff"})
    void textGoesThroughUnchanged(String text) throws Throwable {
        assertEquals(text, eval("(string)->string", "return a", text));
        assertEquals(text.length(), eval("(string)->i32", "return a.length", text));
        assertEquals(text + text, eval("(string)->string", "return a + a", text));
    }

    @Test
    void halfASurrogatePairBecomesAReplacementCharacter() throws Throwable {
        assertArrayEquals("a\ufffdb".getBytes(StandardCharsets.UTF_8),
                ((String) eval("()->string", "return 'a\\ud83db'")).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void bytesOfEverySizeGoThroughUnchanged() throws Throwable {
        Random random = new Random(1);
        for (int length : new int[] {0, 1, 7, 255, 4096, 1 << 20}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            byte[] inverted = new byte[length];
            for (int i = 0; i < length; i++) {
                inverted[i] = (byte) (255 - bytes[i]);
            }
            assertArrayEquals(inverted, (byte[]) eval("(bytes)->bytes", "return a.map(x => 255 - x)", bytes));
        }
    }

    @Test
    void partOfABufferIsReturnedWithoutTheRest() throws Throwable {
        assertArrayEquals(new byte[] {2, 3}, (byte[]) eval("(bytes)->bytes", "return a.subarray(1, 3)", new byte[] {1, 2, 3, 4}));
        assertArrayEquals(new byte[] {9, 0}, (byte[]) eval("()->bytes",
                "const made = new ArrayBuffer(2); new Uint8Array(made)[0] = 9; return made"));
    }

    @Test
    void guestsCannotReachCoreMemoryThroughTheirBytes() throws Throwable {
        assertEquals("3 3 0", eval("(bytes)->string", "return a.length + ' ' + a.buffer.byteLength + ' ' + a.byteOffset", new byte[3]));
        try (TaskHarness harness = new TaskHarness(guest("export function f(a) { a.fill(7); return a }"))) {
            byte[] before = {1, 2, 3};
            harness.call("f", "(bytes)->bytes", before);
            assertArrayEquals(before, Records.bytes(harness.worker.memory(), Records.argument(TaskHarness.RECORD, 0)));
        }
    }

    @Test
    void promisesAreAwaited() throws Throwable {
        assertEquals(7, eval("(i32)->i32", "return (async () => { await null; await null; return a + 1 })()", 6));
        assertEquals("x!", eval("(string)->string", "return Promise.resolve(a).then(t => t + '!')", "x"));
        assertArrayEquals(new byte[] {5}, (byte[]) eval("()->bytes", "return Promise.resolve(new Uint8Array([5]))"));
        assertEquals("void", eval("()->()", "return Promise.resolve(1)"));
    }

    @Test
    void rejectedPromiseFailsTheTaskWithItsReason() {
        TaskFailedException error = assertThrows(TaskFailedException.class,
                () -> eval("()->i32", "return (async () => { await null; throw new RangeError('too far') })()"));
        assertTrue(error.getMessage().contains("too far"), error.getMessage());
        TaskFailedException text = assertThrows(TaskFailedException.class, () -> eval("()->i32", "return Promise.reject('just text')"));
        assertTrue(text.getMessage().contains("just text"), text.getMessage());
        assertThrows(TaskFailedException.class, () -> eval("()->()", "return Promise.reject(new Error('void'))"));
    }

    @Test
    void promiseThatStaysPendingFailsInsteadOfHanging() {
        TaskFailedException failure = assertThrows(TaskFailedException.class, () -> eval("()->i32", "return new Promise(() => {})"));
        assertTrue(failure.getMessage().contains("pending"), failure.getMessage());
    }

    @Test
    void thrownErrorCarriesMessageAndStack() {
        TaskFailedException failure = assertThrows(TaskFailedException.class, () -> {
            try (TaskHarness harness = new TaskHarness(guest("""
                    function inner(n) { throw new TypeError('bad ' + n) }
                    export function f(n) { return inner(n) }
                    """))) {
                harness.call("f", "(i64)->i64", 3L);
            }
        });
        assertTrue(failure.getMessage().contains("m/f(i64)->i64"), failure.getMessage());
        assertTrue(failure.getMessage().contains("TypeError: bad 3"), failure.getMessage());
        assertTrue(failure.guestStack().get(0).contains("inner"), failure.guestStack().toString());
        assertTrue(failure.guestStack().get(1).contains("f"), failure.guestStack().toString());
        assertFalse(failure.guestStack().toString().contains(JsContext.PENNY_SCRIPT), failure.guestStack().toString());
    }

    @Test
    void thrownNonErrorsFailTheTaskToo() {
        for (String thrown : new String[] {"'text'", "42", "null", "undefined", "{a: 1}"}) {
            assertThrows(TaskFailedException.class, () -> eval("()->i32", "throw " + thrown));
        }
    }

    @Test
    void endlessRecursionFailsTheTaskAndTheNextOneRuns() throws Throwable {
        try (TaskHarness harness = new TaskHarness(guest("export function f(n) { return n > 0 ? f(n) + 1 : 5 }"))) {
            for (int i = 0; i < 3; i++) {
                TaskFailedException failure = assertThrows(TaskFailedException.class, () -> harness.call("f", "(i32)->i32", 1));
                assertTrue(failure.getMessage().contains("Maximum call stack size exceeded"), failure.getMessage());
                assertEquals(5, harness.call("f", "(i32)->i32", 0));
            }
        }
    }

    @Test
    void moduleThatBreaksTheGlobalsHarmsOnlyItself() throws Throwable {
        try (TaskHarness harness = new TaskHarness(guest("""
                globalThis.BigInt = globalThis.Uint8Array = globalThis.ArrayBuffer = globalThis.String = () => { throw 'no' };
                Promise.resolve = undefined;
                export function wide(a) { return a + 1n }
                export function raw(a) { return a }
                """))) {
            assertEquals(6L, harness.call("wide", "(i64)->i64", 5L));
            assertArrayEquals(new byte[] {1}, (byte[]) harness.call("raw", "(bytes)->bytes", new byte[] {1}));
        }
        assertEquals("ok", eval("()->string", "return String('ok')"));
    }

    @Test
    void twoWorkersRunAtOnceEachWithItsOwnState() throws Throwable {
        int rounds = 20_000;
        JsGuest guest = guest("let calls = 0n; export function f(a) { calls += a; return calls }");
        TestWorker.Machine machine = new TestWorker.Machine();
        CyclicBarrier start = new CyclicBarrier(2);
        AtomicLong[] sums = {new AtomicLong(), new AtomicLong()};
        Thread[] threads = new Thread[2];
        for (int w = 0; w < 2; w++) {
            int worker = w;
            threads[w] = Thread.ofPlatform().start(() -> {
                TaskHarness harness = new TaskHarness(guest, new TestWorker(worker, machine), TaskHarness.RECORD * (1 + worker));
                try {
                    start.await();
                    for (int i = 1; i <= rounds; i++) {
                        sums[worker].set((long) harness.call("f", "(i64)->i64", (long) (worker + 1)));
                    }
                } catch (Throwable e) {
                    throw new AssertionError(e);
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(rounds, sums[0].get());
        assertEquals(2L * rounds, sums[1].get());
        guest.close();
    }

    @Test
    void oneContextIsUsedByOneThreadAfterAnother() throws Throwable {
        try (TaskHarness harness = new TaskHarness(guest("let n = 0; export function f() { return ++n }"))) {
            assertEquals(1, harness.call("f", "()->i32"));
            AtomicLong result = new AtomicLong();
            Runnable call = () -> {
                try {
                    result.set((int) harness.call("f", "()->i32"));
                } catch (Throwable e) {
                    throw new AssertionError(e);
                }
            };
            Thread.ofPlatform().start(call).join();
            assertEquals(2, result.get());
            Thread.ofVirtual().start(call).join();
            assertEquals(3, result.get());
            assertEquals(4, harness.call("f", "()->i32"));
        }
    }
}
