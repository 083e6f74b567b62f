package dev.penny.bench.suite.jobs;

import dev.penny.bench.suite.Job;
import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import dev.penny.examples.image.ImagePipeline;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** The example {@code image}: a picture decoded, filtered in tiles, captioned and encoded by tasks in three languages. */
public final class ImageJob implements Job {

    private final ImagePipeline example;
    private final Answer oracle;

    /** The example's own picture. */
    public ImageJob() {
        example = new ImagePipeline(Path.of(System.getProperty("penny.root", "."), "examples", "image"));
        oracle = example.inSequence();
    }

    /** One for a picture that agrees with the oracle's. */
    @Override
    public long expected() {
        return 1;
    }

    /** Those of the graph: per tile five, per row 12, and four. */
    @Override
    public long tasks() {
        return 6 * 8 * 5 + 6 * 12 + 4;
    }

    @Override
    public List<Side> sides(Setup setup) {
        List<Side> sides = new ArrayList<>();
        for (int workers : setup.workerCounts()) {
            // A second job in the same process uses the graph of the first: its modules have names.
            Program program = setup.shared("image " + workers, () -> setup.closing(example.open(setup.penny(workers))));
            sides.add(side(Peer.PENNY, workers, program::run));
        }
        sides.add(side(Peer.JAVA_SEQUENTIAL, 1, example::inSequence));
        return sides;
    }

    private Side side(Peer peer, int workers, Supplier<Answer> run) {
        AtomicReference<Answer> answer = new AtomicReference<>();
        return new Side(peer, workers, () -> { }, () -> {
            answer.set(run.get());
            return 0;
        }, _ -> example.agrees(answer.get(), oracle) ? 1 : 0);
    }
}
