package dev.penny.examples.wordcount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.penny.Penny;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Counts of texts whose words are known. */
@Timeout(120)
class WordCountTest {

    private static final Path FOLDER = Path.of(System.getProperty("penny.root"), "examples/wordcount");
    /** Counted by hand. */
    private static final String RHYME = """
            and 1
            asked 1
            do 1
            for 1
            is 1
            it 1
            left 1
            no 1
            nobody 1
            one 4
            s 1
            said 1
            task 5
            that 1
            the 2
            to 1
            took 3
            two 5
            was 1
            whose 1
            work 1
            worker 3
            workers 2
            you 1
            """;

    private static Answer count(List<Path> texts) {
        WordCount example = new WordCount(FOLDER, texts);
        try (Penny penny = Penny.builder().workers(2).build(); Program program = example.open(penny)) {
            Answer answer = program.run();
            assertEquals(text(example.inSequence()), text(answer));
            assertEquals(example.inSequence().summary(), answer.summary());
            return answer;
        }
    }

    private static String text(Answer answer) {
        return new String(answer.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void theRhymeHasTheseWords() {
        Answer answer = count(List.of(FOLDER.resolve("rhyme.txt")));
        assertEquals(RHYME, text(answer));
        assertEquals("the most frequent: task 5, two 5, one 4, took 3, worker 3", answer.summary());
    }

    @Test
    void anyNumberOfTextsAddsUp(@TempDir Path folder) throws IOException {
        List<Path> texts = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            texts.add(Files.writeString(folder.resolve("text" + i), "Word wörd 'x" + i + "' " + "again ".repeat(i)));
            StringBuilder expected = new StringBuilder("again %d\nword %d\nwörd %d\n".formatted(i * (i + 1) / 2, i, i));
            for (int k = 1; k <= i; k++) {
                expected.append("x").append(k).append(" 1\n");
            }
            assertEquals(expected.toString().lines().sorted().toList(), text(count(texts)).lines().sorted().toList());
        }
    }

    @Test
    void anEmptyTextHasNoWords(@TempDir Path folder) throws IOException {
        assertEquals("", text(count(List.of(Files.writeString(folder.resolve("empty"), " .,; \n")))));
    }
}
