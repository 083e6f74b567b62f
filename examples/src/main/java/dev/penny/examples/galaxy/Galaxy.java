package dev.penny.examples.galaxy;

import dev.penny.Penny;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Example;
import dev.penny.examples.runner.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Bodies under their own gravity. Every step is four tasks in wasm that move a quarter of the bodies each, and one that puts the quarters
 * together. The answer is where all bodies are in the end.
 *
 * @param folder holds the module
 * @param bodies how many, at least 4
 * @param steps how often they move
 */
public record Galaxy(Path folder, int bodies, int steps) implements Example {

    private static final int PARTS = 4;
    private static final double STEP = 0.002;
    private static final double SOFTENING = 0.01;

    /** 500 bodies, 20 steps. */
    public Galaxy(Path folder) {
        this(folder, 500, 20);
    }

    @Override
    public String name() {
        return "galaxy";
    }

    @Override
    public String about() {
        return "moves %d bodies by their gravity, %d steps in wasm".formatted(bodies, steps);
    }

    @Override
    public Program open(Penny penny) {
        TaskModule cluster = penny.register(Cluster.class);
        TaskModule module = penny.load(folder.resolve("bodies.wasm"));
        GraphBuilder graph = penny.graph(name());
        GraphTask now = graph.task("start", cluster.function("start"), bodies);
        GraphTask before = graph.task("energy before", module.function("energy"), now);
        for (int step = 1; step <= steps; step++) {
            Object[] parts = new Object[PARTS];
            for (int part = 0; part < PARTS; part++) {
                parts[part] = graph.task("advance %d,%d".formatted(step, part), module.function("advance"), now, part, PARTS, STEP);
            }
            now = graph.task("gather " + step, module.function("gather"), parts);
        }
        GraphTask end = now;
        GraphTask after = graph.task("energy after", module.function("energy"), end);
        return new Program(graph.build(), run -> new Answer(run.result(end, byte[].class),
                summary(run.result(before, Double.class), run.result(after, Double.class))));
    }

    private static String summary(double before, double after) {
        return "energy %.6f before, %.6f after".formatted(before, after);
    }

    @Override
    public Answer inSequence() {
        double[] now = new double[bodies * Cluster.WORDS];
        ByteBuffer.wrap(Cluster.start(bodies)).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(now);
        double before = energy(now);
        for (int step = 0; step < steps; step++) {
            double[] next = now.clone();
            for (int i = 0; i < bodies; i++) {
                move(now, next, i * Cluster.WORDS);
            }
            now = next;
        }
        ByteBuffer bytes = ByteBuffer.allocate(now.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(now);
        return new Answer(bytes.array(), summary(before, energy(now)));
    }

    private void move(double[] now, double[] next, int body) {
        double ax = 0;
        double ay = 0;
        double az = 0;
        for (int other = 0; other < now.length; other += Cluster.WORDS) {
            double dx = now[other] - now[body];
            double dy = now[other + 1] - now[body + 1];
            double dz = now[other + 2] - now[body + 2];
            double squared = dx * dx + dy * dy + dz * dz + SOFTENING;
            double pull = now[other + 6] / (squared * Math.sqrt(squared));
            ax += dx * pull;
            ay += dy * pull;
            az += dz * pull;
        }
        next[body + 3] = now[body + 3] + STEP * ax;
        next[body + 4] = now[body + 4] + STEP * ay;
        next[body + 5] = now[body + 5] + STEP * az;
        for (int axis = 0; axis < 3; axis++) {
            next[body + axis] = now[body + axis] + STEP * next[body + 3 + axis];
        }
    }

    private double energy(double[] now) {
        double sum = 0;
        for (int a = 0; a < now.length; a += Cluster.WORDS) {
            sum += 0.5 * now[a + 6] * (now[a + 3] * now[a + 3] + now[a + 4] * now[a + 4] + now[a + 5] * now[a + 5]);
            for (int b = a + Cluster.WORDS; b < now.length; b += Cluster.WORDS) {
                double dx = now[a] - now[b];
                double dy = now[a + 1] - now[b + 1];
                double dz = now[a + 2] - now[b + 2];
                sum -= now[a + 6] * now[b + 6] / Math.sqrt(dx * dx + dy * dy + dz * dz + SOFTENING);
            }
        }
        return sum;
    }
}
