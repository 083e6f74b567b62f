package dev.penny.internal.guest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.JavaTask;
import dev.penny.api.LinkException;
import dev.penny.api.LoadException;
import dev.penny.api.PennyException;
import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.Task;
import dev.penny.api.TaskCall;
import dev.penny.api.TaskFailedException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.vtable.TestWorker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Lambdas and annotated methods behind slots, on the worker and off it. */
@Timeout(60)
final class JavaGuestTest {

    /** Every type in every direction. */
    public static final class Methods {
        private Methods() { }

        @Task
        public static int addInts(int a, int b) {
            return a + b;
        }

        @Task
        public static long mixed(int a, long b, float c, double d, byte[] e, String f, ByteBuffer g, long h) {
            return a + b + (long) c + (long) d + e.length + f.length() + g.remaining() + h;
        }

        @Task
        public static float half(float value) {
            return value / 2;
        }

        @Task
        public static double root(double value) {
            return Math.sqrt(value);
        }

        @Task(name = "checksum")
        public static long crc(ByteBuffer bytes) {
            CRC32 crc = new CRC32();
            crc.update(bytes);
            return crc.getValue();
        }

        @Task
        public static byte[] reversed(byte[] bytes) {
            byte[] out = new byte[bytes.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = bytes[out.length - 1 - i];
            }
            return out;
        }

        @Task
        public static String shout(String text) {
            return text + "!";
        }

        @Task
        public static void nothing() { }

        @Task
        public static String absent() {
            return null;
        }

        @Task
        public static int throwing(int a) throws IOException {
            throw new IOException("disk " + a);
        }

        @Task(blocking = true)
        public static String slow(String text) throws InterruptedException {
            Thread.sleep(10);
            return text + " " + Thread.currentThread().isVirtual();
        }

        public static int unmarked() {
            return 0;
        }
    }

    /** Refused. */
    public static final class NotStatic {
        @Task
        public int f() {
            return 0;
        }
    }

    /** Refused. */
    public static final class NotPublic {
        @Task
        static int f() {
            return 0;
        }
    }

    static final class HiddenClass {
        @Task
        public static int f() {
            return 0;
        }
    }

    /** Refused. */
    public static final class WrongParameter {
        @Task
        public static int f(Integer a) {
            return a;
        }
    }

    /** Refused. */
    public static final class WrongResult {
        @Task
        public static ByteBuffer f() {
            return ByteBuffer.allocate(0);
        }
    }

    /** Refused. */
    public static final class SameNames {
        @Task
        public static int f(int a) {
            return a;
        }

        @Task(name = "f")
        public static int g(int a) {
            return a;
        }
    }

    /** Refused. */
    public static final class TooMany {
        @Task
        public static int f(int a, int b, int c, int d, int e, int f, int g, int h, int i) {
            return a;
        }
    }

    private static TaskHarness lambda(String signature, JavaTask task) {
        return new TaskHarness(JavaGuest.of("m", List.of(new JavaFunction("f", Signature.parse(signature), task, false))));
    }

    private static Object run(String signature, JavaTask task, Object... arguments) throws Throwable {
        try (TaskHarness harness = lambda(signature, task)) {
            return harness.call("f", signature, arguments);
        }
    }

    private static String messageOf(Class<? extends PennyException> type, Executable action) {
        return assertThrows(type, action).getMessage();
    }

    @Test
    void lambdasReadEveryTypeAndSetEveryResult() throws Throwable {
        assertEquals(-7, run("(i32)->i32", call -> call.result(-call.i32(0)), 7));
        assertEquals(Long.MIN_VALUE, run("(i64)->i64", call -> call.result(call.i64(0)), Long.MIN_VALUE));
        assertEquals(0.25f, run("(f32)->f32", call -> call.result(call.f32(0) / 2), 0.5f));
        assertEquals(Math.PI, run("(i32,f64)->f64", call -> call.result(call.f64(1)), 1, Math.PI));
        assertEquals("\u65e5\ud83d\ude00", run("(string)->string", call -> call.result(call.string(0)), "\u65e5\ud83d\ude00"));
        assertEquals("void", run("()->()", call -> { }));
        byte[] bytes = new byte[100_000];
        new Random(3).nextBytes(bytes);
        assertArrayEquals(bytes, (byte[]) run("(bytes)->bytes", call -> call.result(call.bytes(0)), bytes));
        assertArrayEquals(new byte[0], (byte[]) run("(bytes)->bytes", call -> call.result(call.bytes(0)), new byte[0]));
    }

    @Test
    void annotatedMethodsOfEveryTypeRun() throws Throwable {
        try (TaskHarness harness = new TaskHarness(JavaGuest.ofClass("m", Methods.class))) {
            assertEquals(Math.addExact(40, 2), harness.call("addInts", "(i32,i32)->i32", 40, 2));
            assertEquals(1L + 2 + 3 + 4 + 5 + 6 + 7 + 8, harness.call("mixed", "(i32,i64,f32,f64,bytes,string,bytes,i64)->i64",
                    1, 2L, 3f, 4.0, new byte[5], "sixsix", new byte[7], 8L));
            assertEquals(1.5f, harness.call("half", "(f32)->f32", 3f));
            assertEquals(Math.sqrt(2), harness.call("root", "(f64)->f64", 2.0));
            byte[] bytes = {1, 2, 3, 4, 5};
            CRC32 oracle = new CRC32();
            oracle.update(bytes);
            assertEquals(oracle.getValue(), harness.call("checksum", "(bytes)->i64", bytes));
            assertArrayEquals(new byte[] {5, 4, 3, 2, 1}, (byte[]) harness.call("reversed", "(bytes)->bytes", bytes));
            assertEquals("\u00e9!", harness.call("shout", "(string)->string", "\u00e9"));
            assertEquals("void", harness.call("nothing", "()->()"));
        }
    }

    @Test
    void functionsAreListedWithSignatureAndBlocking() {
        JavaGuest guest = JavaGuest.ofClass("m", Methods.class);
        assertEquals(11, guest.functions().size());
        assertTrue(guest.functions().stream().noneMatch(function -> function.name().equals("unmarked")));
        assertTrue(guest.blocking("slow", Signature.parse("(string)->string")));
        assertFalse(guest.blocking("root", Signature.parse("(f64)->f64")));
        assertTrue(messageOf(LinkException.class, () -> guest.check("rooot", Signature.parse("(f64)->f64"))).contains("root"));
        assertTrue(messageOf(SignatureException.class, () -> guest.check("root", Signature.parse("(f32)->f64"))).contains("(f64)->f64"));
    }

    @Test
    void unsuitableClassesAreRefusedWithTheReason() {
        assertRefused(LoadException.class, NotStatic.class, "NotStatic.f, modifiers=public,");
        assertRefused(LoadException.class, NotPublic.class, "NotPublic.f, modifiers=static,");
        assertRefused(LoadException.class, HiddenClass.class, "class=static final");
        assertRefused(SignatureException.class, WrongParameter.class, "parameter=java.lang.Integer");
        assertRefused(SignatureException.class, WrongResult.class, "result=java.nio.ByteBuffer");
        assertRefused(LinkException.class, SameNames.class, "function=f(i32)->i32");
        assertRefused(SignatureException.class, TooMany.class, "limit=8");
        assertRefused(LoadException.class, String.class, "@Task");
        assertTrue(messageOf(LoadException.class, () -> JavaGuest.of("m", List.of())).contains("module=m"));
        assertThrows(LinkException.class, () -> new JavaFunction("a/b", Signature.parse("()->()"), call -> { }, false));
    }

    private static void assertRefused(Class<? extends PennyException> type, Class<?> tasks, String reason) {
        String message = messageOf(type, () -> JavaGuest.ofClass("m", tasks));
        assertTrue(message.contains(reason), message);
    }

    @Test
    void viewReadsCoreMemoryInPlaceAndCannotWrite() throws Throwable {
        byte[] bytes = {1, 0, 0, 0, 9};
        assertEquals(1, run("(bytes)->i32", call -> {
            ByteBuffer view = call.view(0);
            assertEquals(ByteOrder.LITTLE_ENDIAN, view.order());
            assertTrue(view.isDirect() && view.isReadOnly());
            assertThrows(ReadOnlyBufferException.class, () -> view.put(0, (byte) 1));
            assertThrows(IndexOutOfBoundsException.class, () -> view.get(5));
            call.result(view.getInt(0));
        }, bytes));
    }

    @Test
    void wrongAccessFailsTheTaskWithFunctionIndexAndType() {
        assertTrue(refusedAccess("(i32)->()", call -> call.i64(0), 1).contains("function=m/f(i32)->(), index=0, type=i64"));
        refusedAccess("(i32)->()", call -> call.i32(1), 1);
        refusedAccess("(i32)->()", call -> call.i32(-1), 1);
        refusedAccess("(string)->()", call -> call.view(0), "x");
        refusedAccess("()->i32", call -> call.result(1L));
        refusedAccess("()->()", call -> call.result(1));
        refusedAccess("()->bytes", call -> call.result("text"));
    }

    private static String refusedAccess(String signature, JavaTask task, Object... arguments) {
        Throwable cause = assertThrows(TaskFailedException.class, () -> run(signature, task, arguments)).getCause();
        return assertInstanceOf(SignatureException.class, cause).getMessage();
    }

    @Test
    void missingOrNullResultFailsTheTask() {
        assertTrue(messageOf(TaskFailedException.class, () -> run("()->i32", call -> { })).contains("without setting its result"));
        assertTrue(messageOf(TaskFailedException.class, () -> run("()->bytes", call -> call.result((byte[]) null))).contains("null"));
        assertTrue(messageOf(TaskFailedException.class, () -> {
            try (TaskHarness harness = new TaskHarness(JavaGuest.ofClass("m", Methods.class))) {
                harness.call("absent", "()->string");
            }
        }).contains("null"));
    }

    @Test
    void callIsOfNoUseAfterItsTask() throws Throwable {
        AtomicReference<TaskCall> kept = new AtomicReference<>();
        run("(i32)->i32", call -> {
            kept.set(call);
            call.result(call.i32(0));
        }, 1);
        assertThrows(TaskFailedException.class, () -> kept.get().i32(0));
        assertThrows(TaskFailedException.class, () -> kept.get().result(1));
    }

    @Test
    void secondBlockResultReplacesTheFirst() throws Throwable {
        assertEquals("second", run("()->string", call -> {
            call.result("first");
            call.result("second");
        }));
    }

    @Test
    void exceptionsAndEndlessRecursionComeOutAndTheNextTaskRuns() throws Throwable {
        try (TaskHarness harness = new TaskHarness(JavaGuest.ofClass("m", Methods.class))) {
            assertEquals("disk 3", assertThrows(IOException.class, () -> harness.call("throwing", "(i32)->i32", 3)).getMessage());
            assertEquals(3, harness.call("addInts", "(i32,i32)->i32", 1, 2));
        }
        try (TaskHarness harness = lambda("(i32)->i32", call -> call.result(depth(call.i32(0))))) {
            assertThrows(StackOverflowError.class, () -> harness.call("f", "(i32)->i32", 1));
            assertEquals(0, harness.call("f", "(i32)->i32", 0));
        }
    }

    private static int depth(int n) {
        return n == 0 ? 0 : 1 + depth(n);
    }

    @Test
    void numericCallsAllocateNothing() throws Exception {
        com.sun.management.ThreadMXBean bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        JavaFunction add = TaskMethods.of(Methods.class).stream().filter(f -> f.name().equals("addInts")).findFirst().orElseThrow();
        RecordCall call = new RecordCall(new TestWorker(), new CallShape("m", "addInts", add.signature()), add.task());
        for (int i = 0; i < 50_000; i++) {
            call.run(TaskHarness.RECORD);
        }
        long before = bean.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            call.run(TaskHarness.RECORD);
        }
        long bytes = bean.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < 10_000, "bytes for 100,000 calls: " + bytes);
    }

    // ---- blocking

    @Test
    void blockingTaskLeavesItsWorkerAndComesBackWithTheResult() throws Throwable {
        Signature signature = Signature.parse("(string)->string");
        try (TaskHarness harness = new TaskHarness(JavaGuest.ofClass("m", Methods.class))) {
            BlockingQueue<Integer> resumed = new LinkedBlockingQueue<>();
            harness.worker.onResume(resumed::add);
            assertEquals(CoreLayout.OUTCOME_WAIT, harness.call("slow", "(string)->string", "text"));
            assertEquals(TaskHarness.RECORD, resumed.poll(10, TimeUnit.SECONDS));
            assertEquals(CoreLayout.OUTCOME_DONE, harness.dispatch("slow", signature));
            assertEquals("text true", harness.result(signature));
            assertEquals(CoreLayout.OUTCOME_WAIT, harness.dispatch("slow", signature));
        }
    }

    @Test
    void blockingTaskIsResumedByAnotherWorkerOnceWithItsFailure() throws Throwable {
        Signature signature = Signature.parse("(i32)->i32");
        IOException broken = new IOException("broken pipe");
        JavaGuest guest = JavaGuest.of("m", List.of(new JavaFunction("f", signature, call -> {
            throw broken;
        }, true)));
        TestWorker.Machine machine = new TestWorker.Machine();
        TaskHarness first = new TaskHarness(guest, new TestWorker(0, machine), TaskHarness.RECORD);
        TaskHarness second = new TaskHarness(guest, new TestWorker(1, machine), TaskHarness.RECORD);
        CountDownLatch resumed = new CountDownLatch(1);
        first.worker.onResume(frame -> resumed.countDown());
        assertEquals(CoreLayout.OUTCOME_WAIT, first.call("f", "(i32)->i32", 1));
        assertTrue(resumed.await(10, TimeUnit.SECONDS));
        assertEquals(CoreLayout.OUTCOME_FAILED, second.dispatch("f", signature));
        assertSame(broken, second.worker.failure());
    }

    @Test
    void outcomeOfACancelledTaskIsNotTakenForThatOfTheNextInItsFrame() throws Throwable {
        Signature signature = Signature.parse("(i32)->i32");
        try (TaskHarness harness = new TaskHarness(JavaGuest.of("m", List.of(
                new JavaFunction("f", signature, call -> call.result(call.i32(0)), true))))) {
            BlockingQueue<Integer> resumed = new LinkedBlockingQueue<>();
            harness.worker.onResume(resumed::add);
            int ticket = TaskHarness.RECORD + CoreLayout.FRAME_TICKET;
            harness.worker.memory().putLong(ticket, 1);
            harness.call("f", "(i32)->i32", 111);
            resumed.poll(10, TimeUnit.SECONDS);
            // Cancelled now: never dispatched again. The frame's next task has another ticket.
            harness.worker.memory().putLong(ticket, 2);
            assertEquals(CoreLayout.OUTCOME_WAIT, harness.call("f", "(i32)->i32", 222));
            resumed.poll(10, TimeUnit.SECONDS);
            assertEquals(CoreLayout.OUTCOME_DONE, harness.dispatch("f", signature));
            assertEquals(222, harness.result(signature));
        }
    }

    @Test
    void blockingTaskSeesCopiesOfItsArguments() throws Throwable {
        Signature signature = Signature.parse("(bytes,f32,f64,i64)->bytes");
        CountDownLatch overwritten = new CountDownLatch(1);
        JavaTask task = call -> {
            overwritten.await();
            assertEquals(2.5f, call.f32(1));
            assertEquals(-1e300, call.f64(2));
            assertEquals(-5L, call.i64(3));
            assertTrue(call.view(0).isReadOnly());
            call.result(call.bytes(0));
        };
        try (TaskHarness harness = new TaskHarness(JavaGuest.of("m", List.of(new JavaFunction("f", signature, task, true))))) {
            BlockingQueue<Integer> resumed = new LinkedBlockingQueue<>();
            harness.worker.onResume(resumed::add);
            harness.call("f", signature.toString(), new byte[] {1, 2, 3}, 2.5f, -1e300, -5L);
            long ticket = harness.worker.memory().getLong(TaskHarness.RECORD + CoreLayout.FRAME_TICKET);
            harness.worker.memory().clear(TaskHarness.RECORD + 8192, 2048);
            overwritten.countDown();
            resumed.poll(10, TimeUnit.SECONDS);
            harness.worker.memory().putLong(TaskHarness.RECORD + CoreLayout.FRAME_TICKET, ticket);
            assertEquals(CoreLayout.OUTCOME_DONE, harness.dispatch("f", signature));
            assertArrayEquals(new byte[] {1, 2, 3}, (byte[]) harness.result(signature));
        }
    }
}
