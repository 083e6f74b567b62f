package dev.penny.bench.experiment;

import dev.penny.Penny;
import dev.penny.PennyBuilder;
import dev.penny.bench.experiment.Point.Variant;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A scheduling policy with its settings, as a variant.
 *
 * @param name as in the data
 * @param settings what it sets
 */
record Contender(String name, UnaryOperator<PennyBuilder> settings) {

    /** The default, which the others are compared with. */
    static final Contender STEALING = new Contender("work-stealing", builder -> builder);
    /** The merry-go-round with its own defaults. */
    static final Contender RING = new Contender("merry-go-round", builder -> builder);

    /** A Penny that schedules so, the same one for all points of the experiment. */
    Penny penny(int workers, Resources resources) {
        return resources.shared("penny %s %d".formatted(name, workers), () -> settings.apply(Penny.builder().workers(workers)).build());
    }

    /** What makes tasks go round on that Penny. */
    Circulation circulation(int workers, Resources resources) {
        return resources.shared("circulation %s %d".formatted(name, workers), () -> new Circulation(penny(workers, resources)));
    }

    /** A load that goes round under each policy. */
    static List<Variant> circulating(List<Contender> contenders, int workers, Circulation.Load load, Resources resources) {
        return contenders.stream().map(contender -> {
            Circulation circulation = contender.circulation(workers, resources);
            return new Variant(contender.name(), () -> circulation.run(load));
        }).toList();
    }
}
