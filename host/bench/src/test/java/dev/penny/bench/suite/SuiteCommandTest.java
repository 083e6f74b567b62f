package dev.penny.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteCommandTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return SuiteCommand.run(new PrintStream(out, true), new PrintStream(err, true), false, arguments);
    }

    @Test
    void theListHasEveryName() {
        assertEquals(0, run("--list"));
        String text = out.toString(StandardCharsets.UTF_8);
        Catalog.names().forEach(name -> assertTrue(text.contains(name + " "), name));
    }

    @Test
    void helpNamesTheOptions() {
        assertEquals(0, run("--help"));
        String text = out.toString(StandardCharsets.UTF_8);
        List.of("--quick", "--json", "--force", "--list", "--jmh").forEach(option -> assertTrue(text.contains(option), option));
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertEquals(2, run("fibonacci"));
        String text = err.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("name=fibonacci") && text.contains("fib tree-sum-1023"), text);
    }

    @Test
    void wrongOptionsAreRefused(@TempDir Path folder) {
        assertEquals(2, run("fib", "--workers", "0"));
        assertEquals(2, run("fib", "--workers", "two"));
        assertEquals(2, run("fib", "--quicker"));
        assertEquals(2, run("fib", "--json", folder.toString()));
        assertEquals(2, run("fib", "--json", folder.resolve("missing/file.json").toString()));
        assertEquals(2, run("fib", "--smoke", "--quick"));
        assertEquals(2, run("fib", "--update"));
        assertEquals(2, run("fib", "--update", "--raw", folder.resolve("missing.json").toString()));
    }

    @Test
    void aNameMayBeTheFirstPartOfSeveral() {
        assertEquals(List.of("tree-sum-1023", "tree-sum-1m", "tree-sum-4m"), Catalog.select(List.of("tree-sum")));
        assertEquals(List.of("uts-t3", "fib"), Catalog.select(List.of("uts-t3", "fib", "uts-t3")));
        assertEquals(Catalog.names(), Catalog.select(List.of()));
        assertThrows(IllegalArgumentException.class, () -> Catalog.select(List.of("ut")));
        assertThrows(IllegalArgumentException.class, () -> Catalog.select(List.of("")));
    }
}
