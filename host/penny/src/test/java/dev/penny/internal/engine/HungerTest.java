package dev.penny.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A worker without work asks for forks only where tasks fork, only for a moment, and only while it is worth it. The clock is the test's. */
class HungerTest {

    private static final long STEP_NANOS = 1_000;

    private long clock = 5_000_000;
    private int asked;
    private int rests;
    private boolean forks = true;

    private final Hunger hunger = new Hunger(() -> new Hunger.Beats() {
        @Override
        public boolean isRunning() {
            return forks;
        }

        @Override
        public void beatAhead() {
            asked++;
        }

        @Override
        public void someoneRests() {
            rests++;
        }
    }, () -> clock);

    private boolean nothing() {
        clock += STEP_NANOS;
        return false;
    }

    private void works(long nanos) {
        hunger.rested();
        clock += nanos;
    }

    @Test
    void nobodyIsAskedWhereNothingForks() {
        forks = false;
        works(Hunger.CREDIT_NANOS_MAX);
        assertFalse(hunger.finds(() -> true));
        assertEquals(0, asked);
    }

    @Test
    void whatTurnsUpWhileItLooksIsFound() {
        works(Hunger.CREDIT_NANOS_MAX);
        long until = clock + Hunger.LOOK_NANOS / 2;
        assertTrue(hunger.finds(() -> (clock += STEP_NANOS) >= until));
        assertEquals(1, asked);
        assertEquals(0, rests);
    }

    @Test
    void itLooksForAMomentAndThenRests() {
        works(Hunger.CREDIT_NANOS_MAX);
        long before = clock;
        assertFalse(hunger.finds(this::nothing));
        assertEquals(Hunger.LOOK_NANOS, clock - before);
        assertEquals(1, asked);
        assertEquals(1, rests);
    }

    @Test
    void itStopsAskingForWorkThatIsTooSmall() {
        works(10 * Hunger.CREDIT_NANOS_MAX);
        int rounds = 0;
        while (hunger.finds(() -> true)) {
            clock += STEP_NANOS;
            rounds++;
            assertTrue(rounds < 1_000, "it goes on asking");
        }
        assertEquals(rounds, asked);
        // What it had saved, and what the small work brought in.
        assertEquals(Hunger.CREDIT_NANOS_MAX, rounds * Hunger.PRICE_NANOS - rounds * STEP_NANOS, Hunger.PRICE_NANOS);
    }

    @Test
    void itGoesOnAskingForWorkThatIsWorthIt() {
        works(Hunger.PRICE_NANOS);
        for (int i = 0; i < 1_000; i++) {
            assertTrue(hunger.finds(() -> true));
            clock += Hunger.PRICE_NANOS;
        }
        assertEquals(1_000, asked);
    }

    @Test
    void sleepIsNoWork() {
        works(Hunger.PRICE_NANOS);
        assertFalse(hunger.finds(this::nothing));
        clock += Hunger.CREDIT_NANOS_MAX;
        works(0);
        asked = 0;
        assertFalse(hunger.finds(() -> true));
        assertEquals(0, asked);
    }
}
