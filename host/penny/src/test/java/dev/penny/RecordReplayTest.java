package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.Joined;
import dev.penny.api.LoadOptions;
import dev.penny.api.Outcome;
import dev.penny.api.Policy;
import dev.penny.api.Priority;
import dev.penny.api.Recording;
import dev.penny.api.Recording.Decision;
import dev.penny.api.Recording.Kind;
import dev.penny.api.ReplayException;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs on real threads are recorded; replayed, they decide the same and give the same results. */
@Timeout(300)
class RecordReplayTest {

    private static final int ROOM = 1 << 14;
    private static final int SEEDS = Integer.getInteger("penny.replay.seeds", 3);

    /** A program and everything that can be seen of it. */
    private interface Program extends Function<Penny, Object> { }

    /** What ran, in the order it ran in. */
    private final List<String> ran = new CopyOnWriteArrayList<>();

    private Recording record(Program program, int workers, String backend, int seed, Object[] result) {
        try (Penny penny = Penny.builder().workers(workers).backend(backend).seed(seed).record(ROOM).build()) {
            result[0] = program.apply(penny);
            return penny.recording();
        }
    }

    private Recording replay(Program program, Recording recording, Object[] result) {
        try (Penny penny = Penny.builder().replay(recording).build()) {
            result[0] = program.apply(penny);
            return penny.recording();
        }
    }

    /** Records on two and four workers with several seeds; returns the kinds of decisions there were. */
    private Set<Kind> check(Program program, int seeds) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (int seed = 0; seed < seeds; seed++) {
            Object[] first = new Object[1];
            Object[] second = new Object[1];
            Object[] third = new Object[1];
            Recording recorded = record(program, seed % 2 == 0 ? 2 : 4, seed % 3 == 2 ? "deterministic" : "platform", seed, first);
            ran.clear();
            assertEquals(recorded, replay(program, recorded, second), "seed " + seed);
            List<String> order = List.copyOf(ran);
            assertEquals(first[0], second[0]);
            ran.clear();
            assertEquals(recorded, replay(program, Recording.fromBytes(recorded.toBytes()), third));
            assertEquals(order, ran);
            assertEquals(first[0], third[0]);
            recorded.decisions().forEach(decision -> kinds.add(decision.kind()));
        }
        return kinds;
    }

    private TaskFunction<Integer> square(Penny penny) {
        return penny.javaModule("m").function("square", "(i32)->i32", call -> {
            ran.add("square " + call.i32(0));
            call.result(call.i32(0) * call.i32(0));
        }).register().function("square", "(i32)->i32", Integer.class);
    }

    private Object singles(Penny penny) {
        TaskFunction<Integer> square = square(penny);
        List<TaskHandle<Integer>> handles = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            TaskOptions options = i % 7 == 0 ? TaskOptions.defaults().priority(Priority.HIGH)
                    : i % 7 == 1 ? TaskOptions.defaults().pinnedTo(i % penny.workers()) : TaskOptions.defaults();
            handles.add(square.with(options).submit(i));
        }
        return handles.stream().map(TaskHandle::join).toList();
    }

    @Test
    void singleTasksAreReplayed() {
        Set<Kind> kinds = check(this::singles, SEEDS);
        assertTrue(kinds.containsAll(Set.of(Kind.INJECTOR, Kind.MAIL)), kinds::toString);
    }

    private Object bulks(Penny penny) {
        TaskFunction<Object> wasm = penny.load(Guests.dist("arith.wasm")).function("square");
        TaskFunction<Integer> java = square(penny);
        List<Object> seen = new ArrayList<>();
        java.map(IntStream.range(0, 300).boxed().iterator()).forEachRemaining(outcome -> seen.add(outcome.get()));
        seen.add(java.mapAll(IntStream.range(0, 100).boxed().toList()));
        long sum = 0;
        for (long number : wasm.mapRangeToLongs(0, 5000)) {
            sum += number;
        }
        seen.add(sum);
        return seen;
    }

    @Test
    void bulksAreReplayed() {
        Set<Kind> kinds = check(this::bulks, SEEDS);
        assertTrue(kinds.containsAll(Set.of(Kind.SPLIT, Kind.END, Kind.COMPLETE, Kind.POP)), kinds::toString);
    }

    private long fib(Penny penny, int n) {
        if (n < 2) {
            return n;
        }
        Joined<Long, Long> halves = penny.join(() -> fib(penny, n - 1), () -> fib(penny, n - 2));
        return halves.first() + halves.second();
    }

    private Object forks(Penny penny) {
        var js = penny.loadJs("""
                export const signatures = { fib: '(i32)->i64' };
                export function fib(n) {
                  if (n < 2) return BigInt(n);
                  const [a, b] = penny.join([fib, n - 1], [fib, n - 2]);
                  return a + b;
                }
                """, LoadOptions.DEFAULT.named("j")).function("fib");
        TaskFunction<Object> wasm = penny.load(Guests.dist("fib.wasm")).function("fib");
        List<Object> seen = new ArrayList<>();
        seen.add(fib(penny, 18));
        seen.add(js.call(14));
        seen.add(wasm.call(20));
        seen.add(penny.reduce(0, 5000, 0L, i -> i, Long::sum));
        seen.add(penny.map(IntStream.range(0, 300).boxed().toList(), i -> fib(penny, i % 10)));
        seen.add(penny.scope(scope -> {
            var child = scope.fork(js, 12);
            penny.parallelFor(0, 100, i -> fib(penny, 5));
            scope.join();
            return child.get();
        }));
        return seen;
    }

    @Test
    void forksAndJoinsAreReplayed() {
        ReplayedKinds.checkUntilSeen(() -> check(this::forks, SEEDS), Kind.BEAT, Kind.PROMOTE, Kind.RECLAIM, Kind.STEAL, Kind.LOST, Kind.JOINED);
    }

    private Object failures(Penny penny) {
        TaskFunction<Integer> fails = penny.javaModule("f").function("odd", "(i32)->i32", call -> {
            if (call.i32(0) % 3 == 0) {
                throw new IllegalStateException("three");
            }
            call.result(call.i32(0));
        }).register().function("odd", "(i32)->i32", Integer.class);
        TaskFunction<Object> traps = penny.load(Guests.hostile("trap.wasm")).function("divide");
        List<Object> seen = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            int n = i;
            seen.add(i % 3 == 0 ? assertThrows(TaskFailedException.class, () -> fails.call(n)).getMessage() : fails.call(n));
        }
        fails.map(IntStream.range(0, 100).boxed().iterator())
                .forEachRemaining(outcome -> seen.add(outcome instanceof Outcome.Done<Integer> done ? done.value() : "failed"));
        seen.add(assertThrows(TaskFailedException.class, () -> traps.call(1, 0)).getClass());
        seen.add(assertThrows(TaskFailedException.class, () -> penny.join(() -> fib(penny, 15), () -> {
            fib(penny, 14);
            throw new IllegalStateException("second");
        })).getCause().getMessage());
        return seen;
    }

    @Test
    void failuresAreReplayed() {
        check(this::failures, SEEDS);
    }

    /** Tasks that submit tasks and wait for them. */
    private Object nested(Penny penny) {
        TaskFunction<Integer> square = square(penny);
        TaskFunction<Integer> outer = penny.javaModule("o").function("sum", "(i32)->i32", call -> {
            List<TaskHandle<Integer>> handles = IntStream.range(0, call.i32(0)).mapToObj(i -> square.submit(i)).toList();
            call.result(handles.stream().mapToInt(TaskHandle::join).sum());
        }).register().function("sum", "(i32)->i32", Integer.class);
        List<TaskHandle<Integer>> handles = IntStream.range(0, 20).mapToObj(i -> outer.submit(i)).toList();
        return handles.stream().map(TaskHandle::join).toList();
    }

    @Test
    void tasksThatWaitForTasksAreReplayed() {
        Set<Kind> kinds = check(this::nested, SEEDS);
        assertTrue(kinds.contains(Kind.CHOICE), kinds::toString);
    }

    // ---- what cannot be replayed

    private static Recording changed(Recording recording, int index, Decision decision) {
        List<Decision> decisions = new ArrayList<>(recording.decisions());
        decisions.set(index, decision);
        return new Recording(recording.workers(), recording.seed(), recording.core(), recording.policy(), decisions);
    }

    @Test
    void aChangedDecisionIsRefusedAndNamed() {
        Object[] result = new Object[1];
        Recording recorded = record(this::forks, 2, "platform", 1, result);
        List<Integer> joins = IntStream.range(0, recorded.decisions().size())
                .filter(i -> Set.of(Kind.RECLAIM, Kind.LOST, Kind.JOINED, Kind.PROMOTE).contains(recorded.decisions().get(i).kind())).boxed()
                .collect(Collectors.toList());
        Collections.shuffle(joins, new java.util.Random(1));
        for (int index : joins.subList(0, 5)) {
            Decision real = recorded.decisions().get(index);
            Decision wrong = new Decision(real.worker(), real.kind(), real.victim(), real.nest(), real.ticket(), real.item() + 1);
            ReplayException refused = assertThrows(ReplayException.class,
                    () -> replay(this::forks, changed(recorded, index, wrong), new Object[1]));
            assertTrue(refused.getMessage().contains("decision=%d, of=%d, recorded=%s, found=%s"
                    .formatted(index, recorded.decisions().size(), wrong, real)), refused.getMessage());
        }
    }

    /** Its worker has a task that looks and looks whether it can go on. */
    @Test
    void aDecisionThatNeverComesIsNamedThoughATaskKeepsLooking() {
        Recording recorded = record(this::nested, 2, "platform", 1, new Object[1]);
        List<Decision> decisions = recorded.decisions();
        int index = IntStream.range(0, decisions.size()).filter(i -> decisions.get(i).kind() == Kind.CHOICE).findFirst().orElseThrow();
        Decision real = decisions.get(index);
        Decision wrong = new Decision(real.worker(), Kind.RECLAIM, 0, real.nest(), 1, 0);
        CompletionException failed = assertThrows(CompletionException.class,
                () -> replay(this::nested, changed(recorded, index, wrong), new Object[1]));
        String named = "no worker of the replay can go on: decision=%d, of=%d, recorded=%s".formatted(index, decisions.size(), wrong);
        assertTrue(failed.getCause().getMessage().startsWith(named), failed.getCause().getMessage());
    }

    @Test
    void aProgramThatSubmitsLessIsNoticedWhenItCloses() {
        Recording recorded = record(this::singles, 2, "platform", 3, new Object[1]);
        ReplayException refused = assertThrows(ReplayException.class, () -> replay(penny -> square(penny).call(0), recorded, new Object[1]));
        assertTrue(refused.getMessage().contains("of=" + recorded.decisions().size()), refused.getMessage());
    }

    /** By what it waits for or by what it submits next: the worker may find the first task too many while the program still submits. */
    @Test
    void aProgramThatSubmitsMoreIsNoticed() {
        Recording recorded = record(penny -> square(penny).call(3), 2, "platform", 3, new Object[1]);
        RuntimeException failed = assertThrows(RuntimeException.class, () -> replay(this::singles, recorded, new Object[1]));
        assertInstanceOf(ReplayException.class, failed instanceof CompletionException ? failed.getCause() : failed);
        assertTrue(failed.getMessage().contains("recorded=none, found=worker"), failed.getMessage());
    }

    @Test
    void aFullLogIsNotHandedOut() {
        try (Penny penny = Penny.builder().workers(2).record(10).build()) {
            singles(penny);
            CapacityException refused = assertThrows(CapacityException.class, penny::recording);
            assertTrue(refused.getMessage().contains("decisions="), refused.getMessage());
        }
        assertThrows(CapacityException.class, () -> Penny.builder().workers(2).memoryBytes(4 << 20).record(1 << 20).build());
    }

    @Test
    void withoutRecordingThereIsNone() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            assertThrows(IllegalStateException.class, penny::recording);
        }
    }

    @Test
    void whatIsNotRecordedIsRefused() {
        for (Policy policy : Policy.ALL.subList(1, Policy.ALL.size())) {
            try (Penny penny = Penny.builder().workers(1).policy(policy).record(ROOM).build()) {
                assertThrows(IllegalStateException.class, () -> penny.graph("g"));
                assertThrows(IllegalStateException.class, () -> penny.pipeline("p"));
            }
        }
    }

    @Test
    void aReplayKeepsItsBackend() {
        Recording recorded = record(penny -> square(penny).call(3), 2, "platform", 3, new Object[1]);
        try (Penny penny = Penny.builder().replay(recorded).build()) {
            assertThrows(IllegalStateException.class, () -> penny.swapBackend(Backends.installed().getFirst()));
            assertEquals(9, square(penny).call(3));
        }
    }

    @Test
    void aRecordingOfAnotherVersionIsRefused() {
        Recording other = new Recording(2, 0, 1, List.of());
        assertThrows(dev.penny.api.LoadException.class, () -> Penny.builder().replay(other).build());
    }

    @Test
    void aRecordingIsKeptInAFile(@TempDir Path folder) throws Exception {
        Object[] results = new Object[2];
        Recording recorded = record(this::singles, 2, "platform", 3, results);
        recorded.save(folder.resolve("run.penny"));
        assertEquals(recorded, replay(this::singles, Recording.load(folder.resolve("run.penny")), results));
    }
}
