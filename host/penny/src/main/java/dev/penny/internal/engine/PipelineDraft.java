package dev.penny.internal.engine;

import dev.penny.api.GraphException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskResults;
import dev.penny.api.ValueType;
import dev.penny.api.graph.Pipeline;
import dev.penny.api.graph.PipelineBuilder;
import dev.penny.api.graph.ProgramOptions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/** Checks stages as they come. */
final class PipelineDraft implements PipelineBuilder {

    private static final int TOKENS_PER_WORKER = 4;
    private static final int NODES_MAX = ProgramOptions.WINDOW_MAX;

    private final Scheduler scheduler;
    private final String name;
    private final List<Stage> stages = new ArrayList<>();
    private int tokens;
    private int queue;

    /**
     * A stage.
     *
     * @param width how many inputs it takes at a time
     * @param more prepared, from the second parameter on
     */
    record Stage(String name, LoadedFunction<?> function, Terms terms, int width, boolean inOrder, List<Object> more) {

        /** Of {@link #more}. */
        long blockBytes() {
            return more.stream().mapToLong(value -> value instanceof byte[] block ? block.length + 7L & -8L : 0).sum();
        }
    }

    /** What a run needs to know. */
    record Plan(Scheduler scheduler, String name, List<Stage> list, int tokens, int queue) implements Pipeline {
        @Override
        public List<String> stages() {
            return list.stream().map(Stage::name).toList();
        }

        @Override
        public TaskResults<Object> run(Iterator<?> inputs) {
            return new PipelineRun(this, inputs);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    PipelineDraft(Scheduler scheduler, String name) {
        if (Objects.requireNonNull(name, "name").isBlank()) {
            throw new GraphException("a pipeline needs a name: name='" + name + "'");
        }
        this.scheduler = scheduler;
        this.name = name;
    }

    @Override
    public PipelineBuilder tokens(int count) {
        tokens = inRange("tokens", count);
        return this;
    }

    @Override
    public PipelineBuilder queue(int count) {
        queue = inRange("queue", count);
        return this;
    }

    @Override
    public PipelineBuilder serial(String stage, TaskFunction<?> function, Object... more) {
        return add(stage, 1, true, function, more);
    }

    @Override
    public PipelineBuilder serialAnyOrder(String stage, TaskFunction<?> function, Object... more) {
        return add(stage, 1, false, function, more);
    }

    @Override
    public PipelineBuilder parallel(String stage, int width, TaskFunction<?> function, Object... more) {
        return add(stage, inRange("width", width), false, function, more);
    }

    private int inRange(String what, int value) {
        if (value < 1 || value > NODES_MAX) {
            throw new GraphException("%s out of range: pipeline=%s, value=%d, min=1, max=%d".formatted(what, name, value, NODES_MAX));
        }
        return value;
    }

    private PipelineBuilder add(String stage, int width, boolean inOrder, TaskFunction<?> function, Object... more) {
        Objects.requireNonNull(more, "more");
        if (Objects.requireNonNull(stage, "name").isBlank() || stages.stream().anyMatch(other -> other.name().equals(stage))) {
            throw new GraphException("a stage needs a name of its own: pipeline=%s, stage='%s'".formatted(name, stage));
        }
        FunctionCalls<?> called = FunctionCalls.of(function);
        LoadedFunction<?> loaded = called.loaded();
        if (loaded.scheduler() != scheduler || called.terms().hasDeadline()) {
            throw new GraphException("%s: pipeline=%s, stage=%s, function=%s".formatted(loaded.scheduler() != scheduler
                    ? "a function of another Penny" : "stages have no deadline", name, stage, loaded));
        }
        List<ValueType> parameters = loaded.signature().parameters();
        if (stages.isEmpty() ? more.length > 0 : parameters.size() != 1 + more.length) {
            throw new SignatureException("wrong arity: pipeline=%s, stage=%s, function=%s, arguments=%d, expected=%d".formatted(name, stage,
                    loaded, stages.isEmpty() ? more.length : 1 + more.length, stages.isEmpty() ? 0 : parameters.size()));
        }
        if (!stages.isEmpty() && !stages.getLast().function().signature().result().equals(java.util.Optional.of(parameters.getFirst()))) {
            throw new SignatureException("wrong type: pipeline=%s, stage=%s, function=%s, stage before=%s, function before=%s"
                    .formatted(name, stage, loaded, stages.getLast().name(), stages.getLast().function()));
        }
        List<Object> prepared = new ArrayList<>();
        for (int i = 0; i < more.length; i++) {
            prepared.add(loaded.marshaller().keep(1 + i, more[i]));
        }
        stages.add(new Stage(stage, loaded, called.terms(), width, inOrder, List.copyOf(prepared)));
        return this;
    }

    @Override
    public Pipeline build() {
        if (stages.isEmpty()) {
            throw new GraphException("a pipeline without stages: pipeline=" + name);
        }
        int most = NODES_MAX / stages.size();
        int asked = tokens != 0 ? tokens : Math.min(most, TOKENS_PER_WORKER * scheduler.workerCount());
        if (asked > most) {
            throw new GraphException("too many tokens: pipeline=%s, stages=%d, tokens=%d, limit=%d"
                    .formatted(name, stages.size(), asked, most));
        }
        return new Plan(scheduler, name, List.copyOf(stages), asked, queue != 0 ? queue : asked);
    }
}
