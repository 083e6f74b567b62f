package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.Signature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** MODULE, FUNCTION and SIZE. */
class ArgumentTest {

    @TempDir
    Path directory;

    private Terminal terminal;

    @BeforeEach
    void open() throws IOException {
        terminal = new TestTerminal(directory).terminal();
        for (String name : new String[] {"a.wasm", "b.js", "c.mjs", "D.WASM", "e.txt", "with space.js"}) {
            Files.writeString(directory.resolve(name), "x");
        }
        Files.createDirectory(directory.resolve("dir.js"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.wasm", "b.js", "c.mjs", "with space.js"})
    void findsModuleFiles(String name) {
        assertEquals(new ModuleArgument.ModuleFile(directory.resolve(name)), ModuleArgument.parse(terminal, name, ""));
    }

    @ParameterizedTest
    @CsvSource({"missing.wasm,module not found: file=missing.wasm", "D.WASM,known: .wasm", "e.txt,known: .wasm .js .mjs java:CLASS",
        "dir.js,module is a directory",
        "java:no.such.Class,class not found: class=no.such.Class", "java:,class not found"})
    void refusesOtherModules(String text, String expected) {
        UsageException error = assertThrows(UsageException.class, () -> ModuleArgument.parse(terminal, text, ""));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
    }

    @Test
    void findsClasses() {
        ModuleArgument module = ModuleArgument.parse(terminal, "java:java.lang.String", "");
        assertEquals(String.class, assertInstanceOf(ModuleArgument.JavaClass.class, module).tasks());
    }

    @Test
    void refusesABrokenClass() throws IOException {
        Files.writeString(directory.resolve("Broken.class"), "not a class");
        UsageException error = assertThrows(UsageException.class, () -> ModuleArgument.parse(terminal, "java:Broken", "."));
        assertTrue(error.getMessage().startsWith("class cannot be loaded: class=Broken"), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"java:A,nowhere.jar,entry=nowhere.jar", "java:A,nowhere/*,entry=nowhere/*", "b.js,x.jar,--class-path is for java: modules"})
    void refusesClassPaths(String module, String classPath, String expected) {
        UsageException error = assertThrows(UsageException.class, () -> ModuleArgument.parse(terminal, module, classPath));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
    }

    @Test
    void readsFunctions() {
        assertEquals(new FunctionArgument("add", Optional.empty()), FunctionArgument.parse(" add "));
        assertEquals(new FunctionArgument("add", Optional.of(Signature.parse("(i32,i32)->i32"))),
                FunctionArgument.parse("add(i32, i32) -> i32"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"'';no name", "(i32)->i32;no name", "add(;not a signature", "add(i32);not a signature",
        "add(i33)->i32;unknown type 'i33'", "add(i32)->i32,i32;unknown type 'i32,i32'", "add(i32,)->i32;unknown type ''",
        "f(i32,i32,i32,i32,i32,i32,i32,i32,i32)->();limit=8"})
    void refusesFunctions(String text, String expected) {
        UsageException error = assertThrows(UsageException.class, () -> FunctionArgument.parse(text));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"65536,65536", "512K,524288", "64MiB,67108864", "1g,1073741824", "2MB,2097152", "0,0"})
    void readsSizes(String text, long bytes) {
        assertEquals(bytes, new SizeParser().convert(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5M", "64 M", "M", "1T", "99999999999999999999", "9999999999999G", "0x10"})
    void refusesSizes(String text) {
        TypeConversionException error = assertThrows(TypeConversionException.class, () -> new SizeParser().convert(text));
        assertTrue(error.getMessage().contains("'" + text + "'"), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0,67108864", "10000000,67108864", "100000000,400031744", "300000000,1073741824",
        "600000000,1267138560", "9000000000000000000,2147418112", "2147418112,2147418112"})
    void givesTheCoreMemoryForTheLargestInput(long largest, long memory) {
        assertEquals(memory, RuntimeOptions.memoryFor(largest));
    }
}
