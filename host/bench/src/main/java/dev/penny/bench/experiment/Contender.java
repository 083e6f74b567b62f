package dev.penny.bench.experiment;

import dev.penny.Penny;
import dev.penny.api.Policy;
import dev.penny.api.RingOptions;
import dev.penny.bench.experiment.Point.Variant;
import java.util.List;

/**
 * A scheduling policy with its settings, as a variant.
 *
 * @param name as in the data
 * @param policy who runs what
 */
record Contender(String name, Policy policy) {

    /** The default, which the others are compared with. */
    static final Contender STEALING = of(Policy.WORK_STEALING);
    /** The merry-go-round with its default settings. */
    static final Contender RING = of(Policy.MERRY_GO_ROUND);
    /** The hybrid with its default settings. */
    static final Contender HYBRID = of(Policy.HYBRID);

    /** A policy under its own name. */
    static Contender of(Policy policy) {
        return new Contender(policy.name(), policy);
    }

    /** The merry-go-round with other settings. */
    static Contender ring(String name, RingOptions ring) {
        return new Contender(name, new Policy.MerryGoRound(ring));
    }

    /** A Penny that schedules so, the same one for all points of the experiment. */
    Penny penny(int workers, Resources resources) {
        return resources.shared("penny %s %d".formatted(name, workers), () -> Penny.builder().workers(workers).policy(policy).build());
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
