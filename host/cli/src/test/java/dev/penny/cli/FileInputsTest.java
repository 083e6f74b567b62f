package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.penny.api.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileInputsTest {

    @TempDir
    Path directory;

    @BeforeEach
    void fill() throws IOException {
        for (String name : List.of("a.txt", "b.txt", "c.md", ".hidden.txt", "x/a.txt", "x/y/a.txt", "x/y/b.md", "x/.git/a.txt",
                "z z/é.txt", "z z/[1].txt", "{q}.txt")) {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }
        Files.createSymbolicLink(directory.resolve("x/loop"), directory);
        Files.createSymbolicLink(directory.resolve("link.txt"), directory.resolve("a.txt"));
    }

    private List<String> names(String... globs) throws IOException {
        return inputs(ValueType.BYTES, globs).stream().map(MapInput::name).toList();
    }

    private List<MapInput> inputs(ValueType type, String... globs) throws IOException {
        List<MapInput> inputs = new ArrayList<>();
        try (InputSource source = FileInputs.find(directory, List.of(globs))) {
            for (Optional<MapInput> next = source.next(type); next.isPresent(); next = source.next(type)) {
                inputs.add(next.get());
            }
            assertEquals(inputs.size(), source.total().orElseThrow());
        }
        return inputs;
    }

    @Test
    void filesThatAreShownAlikeAreAllRead() throws Exception {
        // Only a shell can make such names, and not on every system.
        String script = "mkdir alike && cd alike && printf 1 > $'a\\xfe' && printf 2 > $'a\\xff' && printf 3 > b";
        assumeTrue(new ProcessBuilder("bash", "-c", script).directory(directory.toFile()).start().waitFor() == 0);
        List<MapInput> inputs = inputs(ValueType.STRING, "alike/*");
        assertEquals(List.of("1", "2", "3"), inputs.stream().map(input -> ((MapInput.Ready) input).argument()).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "*.txt | a.txt b.txt link.txt {q}.txt",
        "**/*.txt | a.txt b.txt link.txt x/a.txt x/y/a.txt z z/[1].txt z z/é.txt {q}.txt",
        "**/a.txt | a.txt x/a.txt x/y/a.txt",
        "x/**/a.txt | x/a.txt x/y/a.txt",
        "x/** | x/a.txt x/y/a.txt x/y/b.md",
        "**/**/b.md | x/y/b.md",
        "?.{txt,md} | a.txt b.txt c.md",
        "x{,/y}/a.txt | x/a.txt x/y/a.txt",
        "[!a].txt | b.txt",
        "[a-b].txt | a.txt b.txt",
        ".*.txt | .hidden.txt",
        "./x/*.txt | ./x/a.txt",
        "x/../a.txt | x/../a.txt",
        "z z/[1].txt | z z/[1].txt",
        "z*/\\[1].txt | z z/[1].txt",
        "{q}.txt | {q}.txt",
        "*{q}.txt | {q}.txt",
        "x/.git/* | x/.git/a.txt"})
    void findsWhatAShellFinds(String glob, String expected) throws IOException {
        assertEquals(expected, String.join(" ", names(glob)));
    }

    @Test
    void takesAbsoluteGlobs() throws IOException {
        assertEquals(List.of(directory + "/x/a.txt"), names(directory + "/x/*.txt"));
    }

    @Test
    void sortsAndDropsDuplicates() throws IOException {
        assertEquals(List.of("a.txt", "b.txt", "c.md"), names("c.md", "[ab].txt", "a.txt", "./b.txt", "x/../c.md", "x"  + "/../[ab].txt"));
    }

    @ParameterizedTest
    @CsvSource(value = {"nope", "*.rs", "x", "x/*/", "nope/**", "a.txt/*", "''", "b.txt/../*"})
    void refusesGlobsWithoutFiles(String glob) {
        UsageException error = assertThrows(UsageException.class, () -> names("a.txt", glob));
        assertTrue(error.getMessage().contains("glob"), error.getMessage());
    }

    @Test
    void refusesTooManyAlternatives() {
        String many = "{a,b,c,d,e,f,g,h,i,j}".repeat(6);
        assertTrue(assertThrows(UsageException.class, () -> names(many)).getMessage().contains("max=10000"));
    }

    @Test
    void readsBytesAndText() throws IOException {
        Files.write(directory.resolve("latin.bin"), new byte[] {(byte) 0xe9});
        assertEquals(new MapInput.Ready("a.txt", "a.txt"), inputs(ValueType.STRING, "a.txt").getFirst());
        MapInput latin = inputs(ValueType.BYTES, "latin.bin").getFirst();
        assertEquals(1, ((byte[]) assertInstanceOf(MapInput.Ready.class, latin).argument()).length);
        assertTrue(assertInstanceOf(MapInput.Unusable.class, inputs(ValueType.STRING, "latin.bin").getFirst()).reason().contains("UTF-8"));
    }

    @Test
    void readsLateAndReportsFilesThatAreGone() throws IOException {
        try (InputSource source = FileInputs.find(directory, List.of("[ab].txt"))) {
            Files.delete(directory.resolve("a.txt"));
            Files.writeString(directory.resolve("b.txt"), "new");
            assertEquals(new MapInput.Unusable("a.txt", "cannot read the file: no such file"), source.next(ValueType.STRING).orElseThrow());
            assertEquals(new MapInput.Ready("b.txt", "new"), source.next(ValueType.STRING).orElseThrow());
        }
    }

    @Test
    void knowsTheLargestFile() throws IOException {
        Files.write(directory.resolve("large.bin"), new byte[12_345]);
        try (InputSource source = FileInputs.find(directory, List.of("*"))) {
            assertEquals(12_345, source.largestBytes());
        }
    }

    @Test
    void reportsDirectoriesItMayNotList() throws IOException {
        Path closed = Files.createDirectory(directory.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(closed), "this user may read everything");
        assertEquals(new MapInput.Unusable("closed/", "cannot list the directory: permission denied"),
                inputs(ValueType.BYTES, "closed/*", "a.txt").get(1));
    }

    @Test
    void refusesFunctionsOfNumbers() {
        assertThrows(UsageException.class, () -> FileInputs.find(directory, List.of("a.txt")).check(FakeFunction.of("(i32)->i32")));
    }
}
