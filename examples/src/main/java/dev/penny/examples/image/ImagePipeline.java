package dev.penny.examples.image;

import dev.penny.Penny;
import dev.penny.api.Priority;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Example;
import dev.penny.examples.runner.Files;
import dev.penny.examples.runner.Program;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Java decodes a PNG, one row of tiles after the other, and cuts out the tiles; wasm blurs every tile, finds its edges and inks them;
 * JavaScript counts brightness and writes a caption; Java compresses bands of rows and writes the PNG. The answer is the file; two answers
 * agree if pixels and caption do.
 *
 * @param folder holds the modules
 * @param picture what is read
 */
public record ImagePipeline(Path folder, Path picture) implements Example {

    /** Takes the picture of the folder. */
    public ImagePipeline(Path folder) {
        this(folder, folder.resolve("scene.png"));
    }

    @Override
    public String name() {
        return "image";
    }

    @Override
    public String about() {
        return "inks the edges of a blurred picture: PNG in Java, filters in wasm, caption in JavaScript";
    }

    @Override
    public Program open(Penny penny) {
        TaskModule java = penny.register(Pictures.class);
        TaskModule filters = penny.load(folder.resolve("filters.wasm"));
        TaskModule captions = penny.load(folder.resolve("captions.js"));
        GraphBuilder graph = penny.graph(name());
        GraphTask decoded = graph.task("decode", java.function("decode"), Files.bytes(picture));
        Object restored = new byte[0];
        Object[] encoded = new Object[Pictures.ROWS + 1];
        Object[] histograms = new Object[Pictures.COLUMNS];
        Arrays.fill(histograms, new byte[0]);
        for (int row = 0; row < Pictures.ROWS; row++) {
            // The rows wait for one another, all else for them: they go first.
            GraphTask rows = graph.task("restore " + row, java.function("restore"), decoded, restored, row).priority(Priority.HIGH);
            restored = rows;
            Object[] tiles = new Object[Pictures.COLUMNS];
            Object[] counts = new Object[Pictures.COLUMNS];
            for (int column = 0; column < Pictures.COLUMNS; column++) {
                String place = " %d,%d".formatted(column, row);
                GraphTask cut = graph.task("cut" + place, java.function("cut"), rows, column);
                GraphTask blurred = graph.task("blur" + place, filters.function("blur"), cut);
                GraphTask edges = graph.task("edges" + place, filters.function("edges"), blurred);
                GraphTask inked = graph.task("ink" + place, filters.function("ink"), blurred, edges);
                tiles[column] = inked;
                // Nothing but the caption waits for these, and packing takes much longer.
                counts[column] = graph.task("histogram" + place, captions.function("histogram"), inked).priority(Priority.LOW);
            }
            GraphTask assembled = graph.task("assemble " + row, java.function("assemble"), tiles);
            Object[] bands = new Object[Pictures.PARTS];
            for (int part = 0; part < Pictures.PARTS; part++) {
                bands[part] = graph.task("pack %d,%d".formatted(row, part), java.function("pack"), assembled, part);
            }
            encoded[row] = graph.task("join " + row, java.function("join"), bands);
            histograms[row] = graph.task("sum " + row, captions.function("sum"), counts);
        }
        GraphTask histogram = graph.task("sum", captions.function("sum"), histograms);
        GraphTask caption = graph.task("caption", captions.function("caption"), histogram);
        encoded[Pictures.ROWS] = caption;
        GraphTask file = graph.task("encode", java.function("encode"), encoded);
        return new Program(graph.build(), run -> new Answer(run.result(file, byte[].class), run.result(caption, String.class)));
    }

    @Override
    public Answer inSequence() {
        return new SequentialImage(Png.decode(Files.bytes(picture))).answer();
    }

    /** The oracle compresses in one piece, so files may differ where pictures do not. */
    @Override
    public boolean agrees(Answer answer, Answer oracle) {
        return answer.summary().equals(oracle.summary()) && Arrays.equals(Png.decode(answer.bytes()), Png.decode(oracle.bytes()));
    }
}
