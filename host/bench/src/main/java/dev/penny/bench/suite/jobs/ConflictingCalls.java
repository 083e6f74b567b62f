package dev.penny.bench.suite.jobs;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.Program;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.api.graph.TaskGraph;
import dev.penny.api.graph.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongBinaryOperator;

/**
 * A program of calls {@code y = f(x, number)}. Most read and write a variable that only they use; some, by the rate of conflicts, use the
 * one hot variable instead: to read, to write or both, so that they must wait for earlier calls or, without renaming, seem to.
 */
public final class ConflictingCalls {

    private static final int HOT = 1;
    private static final int OWN = 256;
    private static final long SEED = 42;

    private final int[] reads;
    private final int[] writes;
    private final LongBinaryOperator function;

    /**
     * {@code count} calls.
     *
     * @param rate the share that uses the hot variable, 0 to 1
     * @param function what every call computes, from the value it reads and its number
     */
    public ConflictingCalls(int count, double rate, LongBinaryOperator function) {
        SplittableRandom random = new SplittableRandom(SEED);
        this.function = function;
        reads = new int[count];
        writes = new int[count];
        for (int i = 0; i < count; i++) {
            int own = HOT + i % OWN;
            int kind = random.nextDouble() < rate ? 1 + random.nextInt(3) : 0;
            reads[i] = (kind & 1) == 0 ? own : random.nextInt(HOT);
            writes[i] = (kind & 2) == 0 ? own : random.nextInt(HOT);
        }
    }

    /** How many calls. */
    public int count() {
        return reads.length;
    }

    /** The sum of all variables after one call after the other. */
    public long inJava() {
        long[] values = new long[HOT + OWN];
        for (int i = 0; i < reads.length; i++) {
            values[writes[i]] = function.applyAsLong(values[reads[i]], i);
        }
        return Arrays.stream(values).sum();
    }

    /** The function as a task. */
    public TaskFunction<Object> register(Penny penny, String module) {
        return penny.javaModule(module).function("f", "(i64,i32)->i64",
                call -> call.result(function.applyAsLong(call.i64(0), call.i32(1)))).register().function("f");
    }

    /** A program that is about to issue the calls. */
    public Issue program(Penny penny, TaskFunction<Object> task, ProgramOptions options) {
        return new Issue(penny.program(options), task);
    }

    /** One run as a program. */
    public final class Issue implements AutoCloseable {

        private final Program program;
        private final TaskFunction<Object> task;
        private final List<Variable<Long>> variables = new ArrayList<>();

        private Issue(Program program, TaskFunction<Object> task) {
            this.program = program;
            this.task = task;
            for (int i = 0; i < HOT + OWN; i++) {
                variables.add(program.variable("v" + i, 0L));
            }
        }

        /** Issues all calls and waits for them. */
        public void run() {
            for (int i = 0; i < reads.length; i++) {
                program.call(task, variables.get(reads[i]), i).into(variables.get(writes[i])).issue();
            }
            program.sync();
        }

        /** The sum of all variables. */
        public long sum() {
            return variables.stream().mapToLong(Variable::get).sum();
        }

        @Override
        public void close() {
            program.close();
        }
    }

    /** The graph that somebody writes who knows which calls need the result of which: no other edges. */
    public ByHand byHand(Penny penny, TaskFunction<Object> task, String name) {
        return new ByHand(penny, task, name);
    }

    /** The calls as a static graph. */
    public final class ByHand {

        private final TaskGraph graph;
        private final GraphTask[] last = new GraphTask[HOT + OWN];

        private ByHand(Penny penny, TaskFunction<Object> task, String name) {
            GraphBuilder builder = penny.graph(name);
            for (int i = 0; i < reads.length; i++) {
                GraphTask source = last[reads[i]];
                last[writes[i]] = builder.task("c" + i, task, source == null ? (Object) 0L : source, i);
            }
            graph = builder.build();
        }

        /** Runs it and returns the sum of all variables. */
        public long run() {
            var run = graph.run().join();
            return Arrays.stream(last).mapToLong(task -> task == null ? 0 : run.result(task, Long.class)).sum();
        }
    }
}
