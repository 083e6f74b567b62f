package dev.penny.examples.compress;

import dev.penny.Penny;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Example;
import dev.penny.examples.runner.Files;
import dev.penny.examples.runner.Program;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Compresses files block by block in wasm and has every block unpacked and compared in Java. The answer is all packed blocks.
 *
 * @param folder holds the module
 * @param files what is packed
 * @param blockBytes bytes of a block
 */
public record Compress(Path folder, List<Path> files, int blockBytes) implements Example {

    /** Copies the list. */
    public Compress {
        files = List.copyOf(files);
    }

    /** Blocks of 16 KiB. */
    public Compress(Path folder, List<Path> files) {
        this(folder, files, 1 << 14);
    }

    @Override
    public String name() {
        return "compress";
    }

    @Override
    public String about() {
        return "packs %d files in wasm and unpacks them again in Java".formatted(files.size());
    }

    private List<byte[]> blocks() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        files.forEach(file -> all.writeBytes(Files.bytes(file)));
        byte[] bytes = all.toByteArray();
        return IntStream.range(0, (bytes.length + blockBytes - 1) / blockBytes)
                .mapToObj(i -> java.util.Arrays.copyOfRange(bytes, i * blockBytes, Math.min(bytes.length, (i + 1) * blockBytes))).toList();
    }

    @Override
    public Program open(Penny penny) {
        TaskModule lz = penny.load(folder.resolve("lz.wasm"));
        TaskModule unpacker = penny.register(Unpacker.class);
        GraphBuilder graph = penny.graph(name());
        List<byte[]> blocks = blocks();
        List<GraphTask> packed = new ArrayList<>();
        List<GraphTask> verified = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            packed.add(graph.task("pack " + i, lz.function("pack"), blocks.get(i)));
            verified.add(graph.task("verify " + i, unpacker.function("verify"), packed.getLast(), blocks.get(i)));
        }
        int bytes = blocks.stream().mapToInt(block -> block.length).sum();
        return new Program(graph.build(), run -> answer(run, packed, verified, bytes));
    }

    private static Answer answer(GraphRun run, List<GraphTask> packed, List<GraphTask> verified, int bytes) {
        int saved = verified.stream().mapToInt(task -> run.result(task, Integer.class)).sum();
        return answer(packed.stream().map(task -> run.result(task, byte[].class)).toList(), bytes, bytes - saved);
    }

    private static Answer answer(List<byte[]> packed, int before, int after) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        packed.forEach(all::writeBytes);
        return new Answer(all.toByteArray(), "%d bytes in %d, %.1f %%".formatted(before, after, 100.0 * after / before));
    }

    @Override
    public Answer inSequence() {
        List<byte[]> packed = blocks().stream().map(LzCodec::pack).toList();
        return answer(packed, blocks().stream().mapToInt(block -> block.length).sum(), packed.stream().mapToInt(block -> block.length).sum());
    }
}
