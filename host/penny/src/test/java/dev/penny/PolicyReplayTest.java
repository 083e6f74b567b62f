package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LoadException;
import dev.penny.api.Policy;
import dev.penny.api.Priority;
import dev.penny.api.Recording;
import dev.penny.api.Recording.Decision;
import dev.penny.api.Recording.Kind;
import dev.penny.api.ReplayException;
import dev.penny.api.RingOptions;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As {@link RecordReplayTest}, with the policies other than work stealing. */
@Timeout(300)
class PolicyReplayTest {

    private static final int ROOM = 1 << 14;
    private static final int SEEDS = Integer.getInteger("penny.replay.seeds", 3);
    private static final RingOptions FAST = RingOptions.DEFAULT.withPeriod(Duration.ofNanos(100_000));

    /** What ran, in the order it ran in. */
    private final List<String> ran = new CopyOnWriteArrayList<>();

    private record Run(Recording recording, Object result, List<String> order) { }

    private Run run(PennyBuilder builder) {
        ran.clear();
        try (Penny penny = builder.build()) {
            Object result = program(penny);
            return new Run(penny.recording(), result, List.copyOf(ran));
        }
    }

    /** Single tasks of all priorities, pinned ones, ones that yield, bulks, forks, and tasks that wait for tasks. */
    private Object program(Penny penny) {
        TaskFunction<Integer> square = penny.javaModule("m").function("square", "(i32)->i32", call -> {
            ran.add("square " + call.i32(0));
            call.result(call.i32(0) * call.i32(0));
        }).register().function("square", "(i32)->i32", Integer.class);
        TaskFunction<Integer> yields = penny.javaModule("y").function("count", "(i32,i32)->i32", call -> {
            ran.add("count " + call.i32(0) + " " + call.i32(1));
            if (call.i32(0) < 5) {
                call.again(call.i32(0) + 1, call.i32(1));
            } else {
                call.result(call.i32(1));
            }
        }).register().function("count", "(i32,i32)->i32", Integer.class);
        TaskFunction<Integer> outer = penny.javaModule("o").function("sum", "(i32)->i32", call -> {
            List<TaskHandle<Integer>> inner = IntStream.range(0, call.i32(0)).mapToObj(square::submit).toList();
            call.result(inner.stream().mapToInt(TaskHandle::join).sum());
        }).register().function("sum", "(i32)->i32", Integer.class);
        TaskFunction<Object> wasm = penny.load(Guests.dist("arith.wasm")).function("square");
        List<TaskHandle<Integer>> handles = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            TaskOptions options = i % 7 == 0 ? TaskOptions.defaults().priority(Priority.HIGH)
                    : i % 7 == 1 ? TaskOptions.defaults().pinnedTo(i % penny.workers()) : TaskOptions.defaults();
            handles.add(i % 3 == 0 ? yields.with(options).submit(0, i)
                    : i % 10 == 1 ? outer.submit(i % 8) : square.with(options).submit(i));
        }
        List<Object> seen = new ArrayList<>(handles.stream().map(TaskHandle::join).toList());
        square.map(IntStream.range(0, 200).boxed().iterator()).forEachRemaining(outcome -> seen.add(outcome.get()));
        seen.add(Arrays.stream(wasm.mapRangeToLongs(0, 5000)).sum());
        seen.add(penny.reduce(0, 5000, 0L, i -> i, Long::sum));
        return seen;
    }

    /** Records on several workers, replays twice; returns the kinds of decisions there were. */
    private Set<Kind> check(Policy policy) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (int seed = 0; seed < SEEDS; seed++) {
            Run first = run(Penny.builder().workers(seed % 2 == 0 ? 2 : 4).backend(seed % 3 == 2 ? "deterministic" : "platform").seed(seed)
                    .policy(policy).record(ROOM));
            Run second = run(Penny.builder().replay(first.recording()));
            assertEquals(first.recording(), second.recording(), "seed " + seed);
            assertEquals(first.result(), second.result());
            assertEquals(second, run(Penny.builder().replay(Recording.fromBytes(first.recording().toBytes()))));
            first.recording().decisions().forEach(decision -> kinds.add(decision.kind()));
        }
        return kinds;
    }

    private void checkUntilSeen(Policy policy, Kind... wanted) {
        ReplayedKinds.checkUntilSeen(() -> check(policy), wanted);
    }

    @Test
    void roundRobinIsReplayed() {
        checkUntilSeen(Policy.ROUND_ROBIN, Kind.INJECTOR, Kind.ADMIT, Kind.INBOX, Kind.MAIL, Kind.PUT);
    }

    @Test
    void randomPlacementIsReplayed() {
        checkUntilSeen(Policy.RANDOM, Kind.INJECTOR, Kind.ADMIT, Kind.INBOX);
    }

    @Test
    void merryGoRoundIsReplayed() {
        checkUntilSeen(new Policy.MerryGoRound(FAST), Kind.SLOT, Kind.PUT);
        checkUntilSeen(new Policy.MerryGoRound(FAST.withSlotCapacity(4).withBatch(3).withWindow(2)), Kind.ADMIT, Kind.HOLD, Kind.SLOT, Kind.PUT);
    }

    @Test
    void merryGoRoundWithABarrierIsReplayed() {
        checkUntilSeen(new Policy.MerryGoRound(FAST.withBarrier(true)), Kind.SLOT);
    }

    @Test
    void turnsOfTheRingAreReplayed() {
        checkUntilSeen(new Policy.MerryGoRound(FAST.withSlotCapacity(8)), Kind.EPOCH);
    }

    @Test
    void hybridIsReplayed() {
        checkUntilSeen(new Policy.Hybrid(FAST.withBias(0.5).withSlotCapacity(2)), Kind.SLOT, Kind.PUT, Kind.INJECTOR);
    }

    @Test
    void aRecordingKeepsItsPolicy() {
        for (Policy policy : Policy.ALL) {
            Recording recording = new Recording(2, 1, 2, policy, List.of(new Decision(1, Kind.SLOT, 0, 0, 5, 0, 3)));
            assertEquals(recording, Recording.fromBytes(recording.toBytes()));
        }
        Policy withHomes = new Policy.Hybrid(FAST.withBarrier(true).withBatch(7).withHomes(List.of(3, 1)));
        Recording homes = new Recording(2, 1, 2, withHomes, List.of());
        assertEquals(homes, Recording.fromBytes(homes.toBytes()));
        assertThrows(LoadException.class, () -> Recording.fromBytes(new byte[60]));
    }

    @Test
    void anotherSlotIsRefusedAndNamed() {
        Run first = run(Penny.builder().workers(2).policy(new Policy.MerryGoRound(FAST)).record(ROOM));
        List<Decision> decisions = new ArrayList<>(first.recording().decisions());
        int at = IntStream.range(0, decisions.size()).filter(i -> decisions.get(i).kind() == Kind.SLOT).skip(3).findFirst().orElseThrow();
        Decision real = decisions.get(at);
        Decision wrong = new Decision(real.worker(), Kind.SLOT, 0, real.nest(), real.ticket(), real.item(), real.place() % 8 + 1);
        decisions.set(at, wrong);
        Recording changed = new Recording(2, first.recording().seed(), first.recording().core(), first.recording().policy(), decisions);
        RuntimeException refused = assertThrows(RuntimeException.class, () -> run(Penny.builder().replay(changed)));
        Throwable cause = refused instanceof ReplayException ? refused : refused.getCause();
        assertTrue(cause instanceof ReplayException, refused::toString);
        String named = "decision=%d, of=%d, recorded=%s".formatted(at, decisions.size(), wrong);
        assertTrue(cause.getMessage().contains(named), cause::getMessage);
    }
}
