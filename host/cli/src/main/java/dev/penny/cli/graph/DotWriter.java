package dev.penny.cli.graph;

/** A plan in the language of Graphviz. */
public final class DotWriter {

    private DotWriter() { }

    /** The whole text. Results flow along solid arrows, dashed ones only keep order. */
    public static String write(Plan plan) {
        StringBuilder dot = new StringBuilder("digraph %s {%n".formatted(quoted(plan.name())));
        dot.append("  rankdir=TB;\n  node [shape=box, style=rounded, fontname=\"monospace\", fontsize=11];\n  edge [fontsize=9];\n");
        for (PlannedTask task : plan.tasks()) {
            dot.append("  %s [label=%s%s];%n".formatted(quoted(task.name()), quoted(task.name() + "\n" + task.call()),
                    task.isOwn() ? ", color=gray50, fontcolor=gray30" : ""));
        }
        for (PlannedTask task : plan.tasks()) {
            for (Arrow arrow : Arrow.to(task)) {
                dot.append("  %s -> %s%s;%n".formatted(quoted(arrow.from().name()), quoted(task.name()), arrow.result() ? "" : " [style=dashed]"));
            }
        }
        return dot.append("}\n").toString();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\r", "\\r").replace("\n", "\\n") + "\"";
    }
}
