package dev.penny.bench.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The jobs, with inputs of equal cost on average at any time, so that a change of throughput is a change of speed. */
final class Jobs {

    static final List<String> COLD_CALL = List.of("call", "guest-modules/dist/arith.wasm", "add", "40", "2");

    private static final int ROWS = 800;
    /** Coprime with the rows: the expensive ones in the middle of the picture are spread evenly. */
    private static final int ROW_STEP = 397;
    private static final int BLOCK_BYTES = 64 << 10;
    private static final int BLOCKS = 64;

    private Jobs() { }

    /** Writes the inputs into a folder; the arguments of each job by name. */
    static Map<String, List<String>> prepare(Path folder, int seconds) throws IOException {
        return Map.of("mandelbrot", mandelbrot(folder, seconds), "sha256", sha256(folder, seconds));
    }

    private static List<String> mandelbrot(Path folder, int seconds) throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < ROWS * seconds; i++) {
            rows.add(String.valueOf((long) i * ROW_STEP % ROWS));
        }
        Path lines = Files.write(folder.resolve("rows.txt"), rows);
        return List.of("map", "guest-modules/dist/mandelbrot.wasm", "row", "--lines", lines.toString());
    }

    private static List<String> sha256(Path folder, int seconds) throws IOException {
        Path blocks = Files.createDirectory(folder.resolve("blocks"));
        Random random = new Random(1);
        byte[] block = new byte[BLOCK_BYTES];
        List<Path> originals = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            random.nextBytes(block);
            originals.add(Files.write(folder.resolve("block" + i), block));
        }
        // Links: many inputs, little disk.
        for (int i = 0; i < 3000 * seconds; i++) {
            Files.createLink(blocks.resolve("%06d".formatted(i)), originals.get(i % BLOCKS));
        }
        return List.of("map", "guest-modules/dist/sha256.wasm", "sha256", "--files", blocks + "/*");
    }
}
