package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MapFeedTest {

    private static final int INPUTS = 50;

    /** Lines of a million characters that are no numbers. */
    private static final class LongLines implements InputSource {

        private int read;

        @Override
        public String unit() {
            return "lines";
        }

        @Override
        public OptionalLong total() {
            return OptionalLong.of(INPUTS);
        }

        @Override
        public long largestBytes() {
            return 0;
        }

        @Override
        public void check(TaskFunction<?> function) { }

        @Override
        public Optional<MapInput> next(ValueType type) {
            return read++ == INPUTS ? Optional.empty() : Optional.of(new MapInput.Unusable("x".repeat(1_000_000), "not an integer"));
        }

        @Override
        public void close() { }
    }

    @Test
    void longUnusableInputsDoNotPileUp() {
        MapFeed feed = new MapFeed(new LongLines(), ValueType.I32);
        int taken = 0;
        int most = 0;
        while (!feed.ended()) {
            assertFalse(feed.hasNext());
            int waiting = 0;
            for (; feed.unusableIsNext(); waiting++) {
                assertEquals(Optional.of("not an integer"), feed.take().orElseThrow().reason());
            }
            most = Math.max(most, waiting);
            taken += waiting;
        }
        assertEquals(INPUTS, taken);
        assertTrue(most < 10, "at once: " + most);
    }
}
