package dev.penny.cli.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file contains, it is planned or its mistakes are listed; nothing else happens. */
class PlannerFuzzTest {

    private static final String SAMPLE = """
            version: 1
            name: sample
            modules: {m: m.wasm, n: {module: n.wasm, class-path: [a, b], wasi: true, memory: 64M}}
            vars: {size: 4, title: "a ${b}"}
            limits: {disk: 2}
            tasks:
              hash:
                foreach: &files
                  f: {files: "*.txt"}
                call: m/sha256
                args: [{file: "${f}"}]
              grid: {foreach: {y: 0..3, x: "0..${size}"}, call: m/add, args: [{result: "grid[y - 1, x]", else: 0}, "${x * 2}"]}
              sum: {reduce: grid, call: m/add, limit: disk}
              text: {foreach: *files, call: m/shout, args: ["${f.stem} of ${title}"], reads: "file ${f}", writes: [log, "out ${f}"]}
              page: {call: m/page, args: [{gather: text, separator: ", "}, {gather: hash, as: json}], after: [grid, "hash['a.txt']"]}
              last: {call: m/neg, args: ["${sum}"], when: sum, priority: high, pin: 1}
            outputs: {page: out/page.txt, hash: "out/${f.name}", last: "-"}
            """;
    private static final List<String> PIECES = List.of("${", "}", "[", "]", "{", "}", ":", ",", "\"", "'", "-", "&a ", "*files", "*a",
            "!t ", "\n", "  ",
            "\t", "#", "0..", "..", "${hash[0]}", "${size / 0}", "gather: ", "reduce: ", "~", "null", "é", "\u0000", "𝄞",
            "999999999999999999999", "? ",
            "|\n", ">\n", "<<: ", "---\n", "...\n", "%YAML 1.2\n", "\\x", "$${", "after: page", "each", "1e400", "''");

    private static String mutate(String text, Random random) {
        StringBuilder mutant = new StringBuilder(text);
        for (int edits = 1 + random.nextInt(2); edits > 0; edits--) {
            int at = random.nextInt(mutant.length() + 1);
            int to = Math.min(mutant.length(), at + 1 + random.nextInt(random.nextInt(10) == 0 ? 60 : 4));
            switch (random.nextInt(4)) {
                case 0 -> mutant.delete(at, to);
                case 1 -> mutant.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 2 -> mutant.replace(at, to, PIECES.get(random.nextInt(PIECES.size())));
                default -> mutant.insert(at, text, Math.min(at, text.length()), Math.min(to, text.length()));
            }
        }
        return mutant.toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyMutantIsPlannedOrExplained(long seed) {
        Random random = new Random(seed);
        Plan sample = Planner.plan("fuzz.yaml", SAMPLE, Map.of(), new FakeSurroundings());
        assertEquals(29, sample.tasks().stream().filter(task -> !task.isOwn()).count());
        int planned = 0;
        int refused = 0;
        for (int i = 0; i < 800; i++) {
            String text = mutate(SAMPLE, random);
            try {
                Plan plan = Planner.plan("fuzz.yaml", text, Map.of(), new FakeSurroundings());
                assertFalse(plan.tasks().isEmpty(), text);
                planned++;
            } catch (GraphFileException e) {
                assertTrue(e.mistakes().stream().allMatch(mistake -> mistake.matches("(?s)fuzz\\.yaml:\\d+:\\d+: .+")), e.getMessage());
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed=%d, attempt=%d, text:%n%s".formatted(seed, i, text), e);
            }
        }
        assertTrue(planned > 20 && refused > 300, "planned=%d, refused=%d".formatted(planned, refused));
    }
}
