package dev.penny.bench.experiment;

import dev.penny.api.RingOptions;
import java.util.LinkedHashSet;
import java.util.List;

/** All experiments, in the order in which they run. */
final class Experiments {

    /** Every one. */
    static final List<Experiment> ALL = List.of(new ManyTasks(), new Turning(),
            new AgainstStealing("E-3", "Does the lack of stacks per thread outweigh the coordination of the merry-go-round?",
                    List.of(Contender.RING, Contender.ring("merry-go-round-64", RingOptions.DEFAULT.withSlotCapacity(64)))),
            new Grain(), new Locality(),
            new AgainstStealing("E-6", "Is the hybrid of deques and ring not obviously worse than work stealing?",
                    List.of(Contender.HYBRID, Contender.RING)),
            new Queues(), new MessagePassing(), new Window());

    private Experiments() { }

    /** Every name. */
    static List<String> names() {
        return ALL.stream().map(Experiment::name).toList();
    }

    /** The experiments with these names. @throws IllegalArgumentException one has none */
    static List<Experiment> select(List<String> names) {
        LinkedHashSet<Experiment> chosen = new LinkedHashSet<>();
        for (String name : names) {
            chosen.add(ALL.stream().filter(experiment -> experiment.name().equalsIgnoreCase(name)).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no such experiment: name=%s, known=%s"
                            .formatted(name, String.join(" ", names())))));
        }
        return List.copyOf(chosen);
    }
}
