package dev.penny.examples.image;

import dev.penny.Penny;
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
 * Java decodes a PNG and cuts it into tiles; wasm blurs every tile, finds its edges and inks them; JavaScript counts brightness and writes
 * a caption; Java packs rows of tiles and writes the PNG. The answer is the file; two answers agree if pixels and caption do.
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
        Object[] encoded = new Object[Pictures.ROWS + 1];
        Object[] histograms = new Object[Pictures.COLUMNS];
        Arrays.fill(histograms, new byte[0]);
        for (int row = 0; row < Pictures.ROWS; row++) {
            Object[] tiles = new Object[Pictures.COLUMNS];
            Object[] counts = new Object[Pictures.COLUMNS];
            for (int column = 0; column < Pictures.COLUMNS; column++) {
                String place = " %d,%d".formatted(column, row);
                GraphTask cut = graph.task("cut" + place, java.function("cut"), decoded, column, row);
                GraphTask blurred = graph.task("blur" + place, filters.function("blur"), cut);
                GraphTask edges = graph.task("edges" + place, filters.function("edges"), blurred);
                GraphTask inked = graph.task("ink" + place, filters.function("ink"), blurred, edges);
                tiles[column] = inked;
                counts[column] = graph.task("histogram" + place, captions.function("histogram"), inked);
            }
            encoded[row] = graph.task("pack " + row, java.function("pack"), tiles);
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
