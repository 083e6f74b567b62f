package dev.penny.examples.digits;

import dev.penny.Penny;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Example;
import dev.penny.examples.runner.Files;
import dev.penny.examples.runner.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A neural network reads noisy digits: pictures from Java, two layers in wasm, the verdict in JavaScript. The answer is what the network
 * reads, one character per picture.
 *
 * @param folder holds the modules and the weights
 * @param batches how many series of pictures
 * @param size pictures in each
 */
public record Digits(Path folder, int batches, int size) implements Example {

    /** 16 batches of 256 pictures. */
    public Digits(Path folder) {
        this(folder, 16, 256);
    }

    @Override
    public String name() {
        return "digits";
    }

    @Override
    public String about() {
        return "reads %d noisy digits with a neural network: layers in wasm, verdict in JavaScript".formatted(batches * size);
    }

    private byte[] weights(String layer) {
        return Files.bytes(folder.resolve(layer + ".weights"));
    }

    @Override
    public Program open(Penny penny) {
        TaskModule glyphs = penny.register(Glyphs.class);
        TaskModule layers = penny.load(folder.resolve("layers.wasm"));
        TaskModule answers = penny.load(folder.resolve("answers.js"));
        GraphBuilder graph = penny.graph(name());
        List<GraphTask> read = new ArrayList<>();
        byte[] hiddenWeights = weights("hidden");
        byte[] outputWeights = weights("output");
        for (int batch = 0; batch < batches; batch++) {
            GraphTask pictures = graph.task("pictures " + batch, glyphs.function("pictures"), batch, size);
            GraphTask hidden = graph.task("hidden " + batch, layers.function("rectified"), hiddenWeights, pictures);
            GraphTask output = graph.task("output " + batch, layers.function("linear"), outputWeights, hidden);
            read.add(graph.task("answers " + batch, answers.function("answers"), output, Glyphs.CLASSES));
        }
        return new Program(graph.build(),
                run -> answer(read.stream().map(task -> run.result(task, String.class)).collect(Collectors.joining())));
    }

    @Override
    public Answer inSequence() {
        Layer hidden = Layer.of(weights("hidden"));
        Layer output = Layer.of(weights("output"));
        StringBuilder read = new StringBuilder();
        for (int batch = 0; batch < batches; batch++) {
            for (int index = 0; index < size; index++) {
                float[] scores = output.apply(hidden.apply(Glyphs.picture(batch, index), true), false);
                int best = 0;
                for (int i = 1; i < scores.length; i++) {
                    best = scores[i] > scores[best] ? i : best;
                }
                read.append(best);
            }
        }
        return answer(read.toString());
    }

    private Answer answer(String read) {
        return Answer.text(read, "%.1f %% of %d digits read right".formatted(100.0 * correct(read) / read.length(), read.length()));
    }

    /** How many of the digits are what the pictures show. */
    int correct(String read) {
        int correct = 0;
        for (int i = 0; i < read.length(); i++) {
            correct += read.charAt(i) - '0' == Glyphs.digit(i / size, i % size) ? 1 : 0;
        }
        return correct;
    }
}
