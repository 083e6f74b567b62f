package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java modules whose classes cannot be loaded. */
class BrokenClassesTest {

    @TempDir
    Path directory;

    private void compile(String name, String source) throws IOException {
        Path file = directory.resolve(name + ".java");
        Files.writeString(file, source);
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "-cp", System.getProperty("java.class.path"), file.toString()));
    }

    private void refused(String expected, String... arguments) {
        TestTerminal terminal = new TestTerminal(directory);
        assertEquals(ExitCode.USAGE, terminal.run(arguments), terminal.err());
        assertEquals(1, terminal.errLines().size(), terminal.err());
        assertTrue(terminal.err().contains(expected), terminal.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"call", "inspect"})
    void namesAClassThatIsMissing(String command) throws IOException {
        compile("Names", """
                public class Names {
                    public static class Gone { }
                    public static Gone same(Gone gone) { return gone; }
                    @dev.penny.api.Task public static int one() { return 1; }
                }
                """);
        Files.delete(directory.resolve("Names$Gone.class"));
        String expected = "class cannot be loaded: class=Names, reason=java.lang.NoClassDefFoundError: Names$Gone";
        refused(expected, command.equals("call") ? new String[] {"call", "java:Names", "one", "--class-path", "."}
                : new String[] {"inspect", "java:Names", "--class-path", "."});
    }

    @Test
    void throwsWhenItIsInitialized() throws IOException {
        compile("Throws", """
                public class Throws {
                    static { if (true) throw new IllegalStateException("no licence"); }
                    @dev.penny.api.Task public static int one() { return 1; }
                }
                """);
        refused("class cannot be loaded: class=Throws, reason=its static initializer threw java.lang.IllegalStateException: no licence",
                "call", "java:Throws", "one", "--class-path", ".");
    }
}
