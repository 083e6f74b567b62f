package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever the contract and the litmus list name in code font exists: a file, a Java test, a test of the core, a model, a mutant. */
class DocsEvidenceTest {

    private static final Pattern NAME = Pattern.compile("`([^`\n]+)`");
    private static final Pattern CORE_TEST = Pattern.compile("[a-z]+/[a-z0-9_]+");
    private static final Pattern JAVA_TEST = Pattern.compile("([A-Z][A-Za-z]+Test)(?:\\.([a-z][A-Za-z]+))?");
    private static final String CORE_TESTS = coreTests();

    @Test
    void everyNameInTheContractExists() {
        assertEvidence("docs/contract.md", 60);
    }

    @Test
    void everyNameInTheLitmusListExists() {
        assertEvidence("docs/litmus.md", 50);
    }

    @Test
    void everyPromiseHasEvidence() {
        for (String promise : read("docs/contract.md").split("\n(?=\\d+\\. \\*\\*)")) {
            assertTrue(NAME.matcher(promise).find(), promise);
        }
    }

    @Test
    void namesThatDoNotExistAreFound() {
        assertEquals(List.of("deque/no_such_test", "litmus/lost_wakeup", "model/no_such_model", "mutant/no_such_mutant",
                "docs/no-such-file.md", "SoakTest.noSuchMethod", "NoSuchTest", "something else"), unresolved("""
                `deque/no_such_test` `deque/full` `litmus/lost_wakeup` `worker/lost_wakeup`
                `model/no_such_model` `model/deque` `model/fork_2_fail`
                `mutant/no_such_mutant` `mutant/poll_is_atomic` `docs/no-such-file.md` `docs/contract.md`
                `SoakTest.noSuchMethod` `SoakTest.aHundredMillionBulkTasksLoseNothing` `NoSuchTest` `something else`
                """));
    }

    private static void assertEvidence(String document, int namesAtLeast) {
        String text = read(document);
        assertTrue(NAME.matcher(text).results().count() >= namesAtLeast, document);
        assertEquals(List.of(), unresolved(text));
    }

    private static List<String> unresolved(String text) {
        return NAME.matcher(text).results().map(found -> found.group(1)).filter(name -> !exists(name)).toList();
    }

    private static boolean exists(String name) {
        if (Files.exists(Guests.root().resolve(name))) {
            return true;
        }
        var java = JAVA_TEST.matcher(name);
        if (java.matches()) {
            return javaTest(java.toMatchResult());
        }
        if (!CORE_TEST.matcher(name).matches()) {
            return false;
        }
        String last = name.substring(name.indexOf('/') + 1);
        return switch (name.substring(0, name.indexOf('/'))) {
            case "mutant" -> read("wasm-core/test/mutants.txt").contains("mutant: " + last + "\n");
            case "model" -> model(last);
            default -> CORE_TESTS.contains(name + "\n");
        };
    }

    private static boolean javaTest(MatchResult name) {
        return sources(Guests.root().resolve("host"), name.group(1) + ".java").anyMatch(file ->
                name.group(2) == null || readFile(file).contains("void " + name.group(2) + "("));
    }

    /** In scripts/test-core; the models of forks are named there for each number of workers. */
    private static boolean model(String name) {
        String script = read("scripts/test-core");
        return script.contains("model/" + name + " ")
                || script.contains("model/" + name.replaceAll("^fork_\\d_", "fork_\\${workers}_") + "\"")
                || script.contains("model/" + name.replaceAll("^fork_\\d$", "fork_\\$workers") + "\"");
    }

    /** Group/name of every test of the core, a line each, from the lists in its sources. */
    private static String coreTests() {
        StringBuilder names = new StringBuilder();
        Pattern entry = Pattern.compile("\\{\"([a-z0-9_]+)\", *\\1\\}");
        String main = read("wasm-core/test/main.c");
        sources(Guests.root().resolve("wasm-core/test"), ".c").forEach(file -> {
            String text = readFile(file);
            Pattern.compile("const test (\\w+)\\[\\] = \\{(.*?)\\n\\};", Pattern.DOTALL).matcher(text).results().forEach(list ->
                    Pattern.compile("\\{\"([a-z]+)\", *" + list.group(1) + "\\}").matcher(main).results().forEach(group ->
                            entry.matcher(list.group(2)).results().forEach(test ->
                                    names.append(group.group(1)).append('/').append(test.group(1)).append('\n'))));
        });
        return names.toString();
    }

    private static Stream<Path> sources(Path folder, String ending) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending) && !file.toString().contains("target")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(String file) {
        return readFile(Guests.root().resolve(file));
    }

    private static String readFile(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
