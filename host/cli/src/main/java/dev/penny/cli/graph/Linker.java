package dev.penny.cli.graph;

import dev.penny.api.Signature;
import dev.penny.api.ValueType;
import dev.penny.cli.graph.Expansion.Group;
import dev.penny.cli.graph.Expansion.Instance;
import dev.penny.cli.graph.GraphFile.Argument;
import dev.penny.cli.graph.PlannedTask.PlannedArgument;
import dev.penny.cli.graph.Template.Reference;
import java.util.List;
import java.util.Optional;

/** Gives the tasks their arguments, of the right number and types. */
final class Linker {

    private final Draft draft;
    private final Surroundings surroundings;
    private final Mistakes mistakes;

    Linker(Draft draft, Surroundings surroundings, Mistakes mistakes) {
        this.draft = draft;
        this.surroundings = surroundings;
        this.mistakes = mistakes;
    }

    /** All arguments of one task. */
    void link(Instance instance) {
        PlannedTask task = draft.task(instance);
        List<Argument> arguments = instance.task().args();
        Optional<Signature> signature = task.signature();
        signature.filter(known -> known.parameters().size() != arguments.size()).ifPresent(known ->
                mistakes.add(instance.task().argsAt(), "wrong number of arguments: function=%s, expected=%d, given=%d"
                        .formatted(task.call(), known.parameters().size(), arguments.size())));
        for (int i = 0; i < arguments.size(); i++) {
            int index = i;
            Optional<ValueType> type = signature.filter(known -> index < known.parameters().size()).map(known -> known.parameters().get(index));
            try {
                argument(arguments.get(i), type, instance.scope()).ifPresent(task::add);
            } catch (MistakeException e) {
                mistakes.add(e.at(), e.getMessage() + where(task, index, e));
            } catch (Refusal e) {
                mistakes.add(arguments.get(i).at(), "%s, function=%s, argument=%d".formatted(e.getMessage(), task.call(), i + 1));
            }
        }
    }

    private static String where(PlannedTask task, int index, MistakeException e) {
        return e.getMessage().startsWith("wrong type") ? ", function=%s, argument=%d".formatted(task.call(), index + 1) : "";
    }

    /** Empty if nothing can be said without the type, which is then missing because of another mistake. */
    private Optional<PlannedArgument> argument(Argument argument, Optional<ValueType> type, Scope scope) {
        return switch (argument) {
            case Argument.Unreadable _ -> Optional.empty();
            case Argument.Inline inline -> inline.text().onlyReference().isPresent()
                    ? Optional.of(result(inline.text().onlyReference().get(), type, scope))
                    : value(inline.text().text(scope), type);
            case Argument.Verbatim verbatim -> value(verbatim.text(), type);
            case Argument.Hex hex -> {
                wrongUnless(type.isEmpty() || type.get() == ValueType.BYTES, hex.at(), type, "bytes");
                yield Optional.of(Draft.given(hex.bytes()));
            }
            case Argument.FileContent file -> {
                wrongUnless(type.isEmpty() || type.get().isBlock(), file.at(), type, "bytes or string");
                yield type.map(known -> Draft.result(reader(file.path().text(scope), known, file.at())));
            }
            case Argument.Result reference -> draft.one(check(reference.task()), scope).isEmpty() && reference.otherwise().isPresent()
                    ? value(reference.otherwise().get().text(scope), type)
                    : Optional.of(result(reference.task(), type, scope));
            case Argument.Gather gather -> type.flatMap(known -> gather(gather, known, scope)).map(Draft::result);
        };
    }

    private Optional<PlannedArgument> value(String text, Optional<ValueType> type) {
        return type.map(known -> Draft.given(surroundings.value(known, text)));
    }

    private PlannedArgument result(Reference reference, Optional<ValueType> type, Scope scope) {
        PlannedTask producer = draft.needed(check(reference), scope);
        Optional<ValueType> given = Draft.resultType(producer, reference.at());
        // Text is UTF-8 in memory, so it is bytes as it is.
        boolean textAsBytes = type.equals(Optional.of(ValueType.BYTES)) && given.equals(Optional.of(ValueType.STRING));
        if (type.isPresent() && given.isPresent() && type.get() != given.get() && !textAsBytes) {
            throw new MistakeException(reference.at(), "wrong type: expected=%s, given=%s, the result of %s"
                    .formatted(type.get().text(), given.get().text(), producer.name()));
        }
        return Draft.result(producer);
    }

    /** A name that only looks like one of a task: {@code ${blurr[x]}}. */
    private Reference check(Reference reference) {
        if (draft.group(reference.task()) == null) {
            List<String> known = draft.groups().stream().map(group -> group.task().name().text()).toList();
            throw new MistakeException(reference.at(), "no such task: task=%s%s".formatted(reference.task(), Mistakes.near(reference.task(), known)));
        }
        return reference;
    }

    private PlannedTask reader(String path, ValueType type, Span at) {
        // A file may be called like what is said about another one.
        String what = type == ValueType.STRING ? "text of " : path.startsWith("text of ") || path.startsWith("bytes of ") ? "bytes of " : "";
        String name = "read " + what + path;
        return draft.own(name, () -> {
            PlannedTask read = draft.addOwn(name, OwnFunction.READ, List.of(ValueType.STRING), Optional.of(type), at);
            read.add(Draft.given(path));
            return read;
        });
    }

    private Optional<PlannedTask> gather(Argument.Gather gather, ValueType type, Scope scope) {
        Reference reference = gather.task();
        Group group = draft.group(reference.task());
        if (!group.isForeach() || !reference.indices().isEmpty()) {
            throw new MistakeException(reference.at(), "not a foreach: task=%s, expected ${%s}".formatted(reference.task(), reference.task()));
        }
        wrongUnless(type.isBlock(), reference.at(), Optional.of(type), "bytes or string, from gather");
        List<PlannedTask> parts = group.instances().values().stream().map(draft::task).toList();
        Optional<ValueType> part = parts.isEmpty() ? Optional.empty() : Draft.resultType(parts.getFirst(), reference.at());
        Optional<String> separator = gather.separator().map(text -> text.text(scope));
        return part.map(known -> {
            String between = separator.orElse(known.isBlock() ? "" : "\n");
            String name = "gather %s%s%s".formatted(reference.task(), gather.json() ? " as JSON" : between.isEmpty() ? "" : " with '" + between + "'",
                    type == ValueType.BYTES && known != ValueType.BYTES ? " as bytes" : "");
            String unique = known == ValueType.BYTES && type == ValueType.STRING ? name + " as text" : name;
            return draft.own(unique, () -> gather.json() ? Gathering.json(draft, unique, parts, known, type, reference.at())
                    : Gathering.of(draft, unique, parts, known, between, type, reference.at()));
        });
    }

    private static void wrongUnless(boolean right, Span at, Optional<ValueType> type, String given) {
        if (!right) {
            throw new MistakeException(at, "wrong type: expected=%s, given=%s".formatted(type.orElseThrow().text(), given));
        }
    }
}
