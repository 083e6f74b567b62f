package dev.penny.cli.graph;

import dev.penny.api.Priority;
import dev.penny.cli.graph.Template.Reference;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A graph file as it is written: the form of everything is right, names are not yet looked up.
 *
 * @param outputs empty if the file has none, which is not the same as none wanted
 */
record GraphFile(Optional<String> name, List<Module> modules, Map<String, Value> vars, List<Limit> limits, List<Task> tasks,
                 Optional<List<Output>> outputs) {

    /**
     * A module and the name it has in the file.
     *
     * @param source empty if it could not be read; what calls its functions is no further mistake
     */
    record Module(Yaml.Scalar name, Optional<ModuleSource> source, Span at) { }

    /** How many of its tasks may run at once. */
    record Limit(Yaml.Scalar name, int permits) { }

    /**
     * A task, or the tasks of a {@code foreach}.
     *
     * @param call where it is called, {@code module/function}
     * @param args empty for a {@code reduce}
     * @param argsAt where they are, or where they should be
     */
    record Task(Yaml.Scalar name, Optional<Yaml.Scalar> call, List<Argument> args, Span argsAt, List<Loop> loops, List<Reference> after,
                List<Template> reads, List<Template> writes, Optional<Guard> guard, Optional<Reference> reduce, List<Yaml.Scalar> limits,
                Priority priority, Optional<Pin> pin) { }

    /** A worker a task is bound to. */
    record Pin(int worker, Span at) { }

    /** Runs the task only if the result of another is not 0, or only if it is. */
    record Guard(Reference task, boolean nonZero) { }

    /** A variable of a {@code foreach}. */
    record Loop(Yaml.Scalar variable, Items items, Span at) { }

    /** What a variable runs over. */
    sealed interface Items {
        /** The numbers of {@code A..B}. */
        record Range(Template text) implements Items { }

        /** Values one by one. */
        record Values(List<Template> values) implements Items { }

        /** The files that match. */
        record Files(List<Template> globs) implements Items { }
    }

    /** An argument as written. */
    sealed interface Argument {

        /** Where it is. */
        Span at();

        /** Something that could not be read; it keeps its place, so that those behind it are checked against their own parameters. */
        record Unreadable(Span at) implements Argument { }

        /** A value, text with variables, or a result. */
        record Inline(Template text, Span at) implements Argument { }

        /** Text in which nothing is put in. */
        record Verbatim(String text, Span at) implements Argument { }

        /** Bytes. */
        record Hex(byte[] bytes, Span at) implements Argument { }

        /** The content of a file. */
        record FileContent(Template path, Span at) implements Argument { }

        /** A result, or another value where there is no such task of the {@code foreach}. */
        record Result(Reference task, Optional<Template> otherwise, Span at) implements Argument { }

        /** All results of a {@code foreach}. */
        record Gather(Reference task, Optional<Template> separator, boolean json, Span at) implements Argument { }
    }

    /**
     * Where a result goes.
     *
     * @param file empty to print it
     */
    record Output(Yaml.Scalar task, Optional<Template> file, Span at) { }
}
