package dev.penny.examples.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Every example gives the answer of its sequential oracle, however many workers run it and however often. */
@Timeout(300)
class ExamplesTest {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));

    @TestFactory
    Stream<DynamicTest> everyExampleAgreesWithItsOracle() {
        return RunExample.all(ROOT).stream().map(example -> DynamicTest.dynamicTest(example.name(), () -> {
            Answer oracle = example.inSequence();
            for (int workers : new int[] {1, 3}) {
                try (Penny penny = Penny.builder().workers(workers).build(); Program program = example.open(penny)) {
                    for (int run = 0; run < (workers == 1 ? 1 : 3); run++) {
                        Answer answer = program.run();
                        assertTrue(example.agrees(answer, oracle), () -> "%d workers: %s, oracle: %s"
                                .formatted(workers, answer.summary(), oracle.summary()));
                        assertEquals(oracle.summary(), answer.summary());
                    }
                }
            }
        }));
    }

    /** The check must be able to fail: one bit of an answer is turned over. */
    @TestFactory
    Stream<DynamicTest> noExampleAgreesWithAWrongAnswer() {
        return RunExample.all(ROOT).stream().map(example -> DynamicTest.dynamicTest(example.name(), () -> {
            Answer oracle = example.inSequence();
            byte[] wrong = oracle.bytes();
            assertTrue(wrong.length > 0);
            assertTrue(example.agrees(oracle, oracle));
            // The sign of a number, a letter, compressed pixels.
            wrong[wrong.length / 16 * 8 + 7] ^= (byte) 0x80;
            assertFalse(agrees(example, new Answer(wrong, oracle.summary()), oracle));
        }));
    }

    /** A picture that cannot be decoded agrees with none. */
    private static boolean agrees(Example example, Answer answer, Answer oracle) {
        try {
            return example.agrees(answer, oracle);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Test
    void everyExampleHasANameOfItsOwn() {
        List<String> names = RunExample.all(ROOT).stream().map(Example::name).sorted().toList();
        assertEquals(names.stream().distinct().toList(), names);
    }
}
