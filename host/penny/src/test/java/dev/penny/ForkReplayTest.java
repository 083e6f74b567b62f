package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.penny.api.Joined;
import dev.penny.api.LoadOptions;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.engine.LeakCheck;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Forks on a seed: the same schedule each time. Forks that nobody takes: no more objects than the closures and results need. */
@Timeout(120)
class ForkReplayTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Penny penny;

    private long fib(int n) {
        if (n < 2) {
            return n;
        }
        Joined<Long, Long> halves = penny.join(() -> fib(n - 1), () -> fib(n - 2));
        return halves.first() + halves.second();
    }

    private long trace(long seed) {
        try (Penny made = Penny.builder().workers(3).seed(seed).memoryBytes(8 << 20).backend("deterministic").build()) {
            penny = made;
            var js = made.loadJs("""
                    export const signatures = { fib: '(i32)->i64' };
                    export function fib(n) {
                      if (n < 2) return BigInt(n);
                      const [a, b] = penny.join([fib, n - 1], [fib, n - 2]);
                      return a + b;
                    }
                    """, LoadOptions.DEFAULT.named("j")).function("fib");
            assertEquals(144, made.join(() -> fib(12), () -> 0).first());
            assertEquals(55L, js.call(10));
            assertEquals(4_950L, made.reduce(0, 100, 0L, i -> i, Long::sum));
            assertEquals(21L, made.<Object>scope(scope -> {
                var child = scope.fork(js, 8);
                made.parallelFor(0, 50, i -> fib(3));
                scope.join();
                return child.get();
            }));
            assertTrue(LeakCheck.sum(made, CoreLayout.WORKER_PROMOTIONS) > 0, "nothing was given away");
            return made.traceHash().orElseThrow();
        }
    }

    @Test
    void oneSeedHasOneScheduleAndManySeedsHaveMany() {
        Set<Long> hashes = new HashSet<>();
        for (long seed = 0; seed < 10; seed++) {
            long first = trace(seed);
            assertEquals(first, trace(seed), "seed " + seed);
            assertEquals(first, trace(seed), "seed " + seed);
            hashes.add(first);
        }
        assertTrue(hashes.size() > 5, "hashes: " + hashes.size());
    }

    /** Two closures, two boxed numbers and the pair: 5 objects of 16 to 24 bytes, if the compiler leaves them all. */
    @Test
    void aJoinThatNobodyTakesAllocatesNoMoreThanItsClosuresAndResults() {
        try (Penny made = Penny.builder().workers(1).build()) {
            penny = made;
            long joins = 317_810;
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 200 && least > 112 * joins; round++) {
                long[] used = new long[1];
                made.join(() -> {
                    long before = THREADS.getCurrentThreadAllocatedBytes();
                    fib(27);
                    used[0] = THREADS.getCurrentThreadAllocatedBytes() - before;
                    return null;
                }, () -> null);
                least = Math.min(least, used[0]);
            }
            assertTrue(least <= 112 * joins, "%d bytes for %d joins".formatted(least, joins));
        }
    }
}
