package dev.penny.examples.frame;

import dev.penny.JavaModuleBuilder;
import dev.penny.Penny;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Example;
import dev.penny.examples.runner.Program;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A frame of a game as a graph of named tasks with prerequisites, run again for every frame:
 *
 * <pre>
 * input -+-> physics 0..3 -+-> culling -> render -> present
 *        +-> animation ----+
 * </pre>
 *
 * <p>Render and present stand for calls into a graphics library that belong to one thread: they are pinned to worker 0. The answer is the
 * last picture.
 *
 * @param frames how many
 */
public record GameFrame(int frames) implements Example {

    private static final Map<String, Consumer<World>> STEPS = Map.of("input", World::input, "animation", World::animation,
            "culling", World::culling, "render", World::render, "present", World::present);

    /** 120 frames, two seconds of play. */
    public GameFrame() {
        this(120);
    }

    @Override
    public String name() {
        return "frame";
    }

    @Override
    public String about() {
        return "plays %d frames of a game: one graph, run again and again, with tasks pinned to a worker".formatted(frames);
    }

    @Override
    public Program open(Penny penny) {
        World world = new World();
        TaskGraph graph = graph(penny, world, step -> { });
        return new Program(graph, () -> {
            world.restart();
            for (int frame = 0; frame < frames; frame++) {
                graph.run().join();
            }
            return answer(world);
        });
    }

    /**
     * The graph of a frame.
     *
     * @param watcher is told the name of every task on the thread that runs it, as the task begins
     */
    static TaskGraph graph(Penny penny, World world, Consumer<String> watcher) {
        JavaModuleBuilder module = penny.javaModule("game").function("physics", "(i32)->()", call -> {
            watcher.accept("physics " + call.i32(0));
            world.physics(call.i32(0));
        });
        STEPS.forEach((name, step) -> module.function(name, "()->()", call -> {
            watcher.accept(name);
            step.accept(world);
        }));
        TaskModule game = module.register();
        GraphBuilder graph = penny.graph("frame");
        GraphTask input = graph.task("input", game.function("input"));
        GraphTask culling = graph.task("culling", game.function("culling"));
        culling.after(graph.task("animation", game.function("animation")).after(input));
        for (int part = 0; part < World.PARTS; part++) {
            culling.after(graph.task("physics " + part, game.function("physics"), part).after(input));
        }
        GraphTask render = graph.task("render", game.function("render")).after(culling).pinnedTo(0);
        graph.task("present", game.function("present")).after(render).pinnedTo(0);
        return graph.build();
    }

    @Override
    public Answer inSequence() {
        World world = new World();
        for (int frame = 0; frame < frames; frame++) {
            world.input();
            for (int part = 0; part < World.PARTS; part++) {
                world.physics(part);
            }
            world.animation();
            world.culling();
            world.render();
            world.present();
        }
        return answer(world);
    }

    private static Answer answer(World world) {
        return new Answer(world.shown(), "the picture of frame " + world.presented());
    }
}
