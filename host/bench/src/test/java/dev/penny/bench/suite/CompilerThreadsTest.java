package dev.penny.bench.suite;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CompilerThreadsTest {

    @Test
    void aVirtualMachineThatDoesNothingComesToRest() {
        assertTrue(CompilerThreads.awaitQuiet(Duration.ofMinutes(1)));
    }
}
