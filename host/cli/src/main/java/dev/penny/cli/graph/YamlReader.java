package dev.penny.cli.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads one YAML document, with the place of every piece of it. Aliases are followed; tags of one's own are mistakes. */
final class YamlReader {

    private static final int DEPTH_MAX = 50;
    private static final String TOO_DEEP = "nested too deep, or a part that contains itself: max=%d levels".formatted(DEPTH_MAX);
    private static final int ALIASES_MAX = 1_000;
    private static final int NODES_MAX = 1_000_000;
    private static final int BUFFER_CHARS_MIN = 1024;
    private static final String STANDARD_TAGS = "tag:yaml.org,2002:";

    private final Mistakes mistakes;
    private int nodes;

    private YamlReader(Mistakes mistakes) {
        this.mistakes = mistakes;
    }

    /** The document, unless it cannot be read; then that is a mistake. */
    static Optional<Yaml> read(String text, Mistakes mistakes) {
        YamlReader reader = new YamlReader(mistakes);
        LoadSettings settings = LoadSettings.builder().setMaxAliasesForCollections(ALIASES_MAX).setAllowNonScalarKeys(true)
                // The parser copies what it has read of a token for every further buffer.
                .setBufferSize(Math.max(BUFFER_CHARS_MIN, text.length())).build();
        try {
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                mistakes.add(Span.START, "empty file: expected version and tasks");
            }
            return root.map(node -> reader.piece(node, 0));
        } catch (MarkedYamlEngineException e) {
            Span at = e.getProblemMark().map(YamlReader::point).orElse(Span.START);
            String context = Optional.ofNullable(e.getContext()).map(where -> ", " + where).orElse("");
            mistakes.add(at, "not YAML: %s%s".formatted(e.getProblem(), context));
        } catch (ReaderException e) {
            mistakes.add(place(text, e.getPosition()), "not YAML: character U+%04X is not allowed".formatted(e.getCodePoint()));
        } catch (StackOverflowError e) {
            // The parser is recursive and has no limit of its own.
            mistakes.add(Span.START, "not YAML: " + TOO_DEEP);
        } catch (YamlEngineException | Refusal e) {
            mistakes.add(Span.START, "not YAML: " + e.getMessage());
        }
        return Optional.empty();
    }

    private Yaml piece(Node node, int depth) {
        if (depth > DEPTH_MAX) {
            throw new Refusal(TOO_DEEP);
        }
        if (++nodes > NODES_MAX) {
            throw new Refusal("too large with all its aliases: max=%d pieces".formatted(NODES_MAX));
        }
        Span span = span(node);
        if (!node.getTag().getValue().startsWith(STANDARD_TAGS)) {
            mistakes.add(span, "unknown tag: tag=%s, graph files have no tags".formatted(node.getTag().getValue()));
        }
        return switch (node) {
            case ScalarNode scalar -> scalar(scalar, span);
            case SequenceNode sequence -> new Yaml.Sequence(
                    sequence.getValue().stream().map(item -> piece(item, depth + 1)).toList(), span);
            case MappingNode mapping -> new Yaml.Mapping(entries(mapping, depth), span);
            default -> throw new Refusal("unknown kind of node: kind=" + node.getNodeType());
        };
    }

    private List<Yaml.Entry> entries(MappingNode mapping, int depth) {
        List<Yaml.Entry> entries = new ArrayList<>();
        Map<String, Span> seen = new HashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                mistakes.add(span(tuple.getKeyNode()), "not a name: a key is a list or a mapping; quote text that has { or [ in it");
                continue;
            }
            Yaml.Scalar key = scalar(keyNode, span(keyNode));
            Yaml value = piece(tuple.getValueNode(), depth + 1);
            Optional<Span> first = Optional.ofNullable(seen.putIfAbsent(key.text(), key.span()));
            if (first.isPresent()) {
                mistakes.add(key.span(), "duplicate key: key=%s, first at line %d".formatted(key.text(), first.get().line()));
            } else {
                entries.add(new Yaml.Entry(key, value));
            }
        }
        return entries;
    }

    private static Yaml.Scalar scalar(ScalarNode node, Span span) {
        boolean plain = node.getScalarStyle() == ScalarStyle.PLAIN;
        int quotes = plain ? 0 : 1;
        int length = node.getValue().codePointCount(0, node.getValue().length());
        boolean verbatim = node.getScalarStyle() != ScalarStyle.LITERAL && node.getScalarStyle() != ScalarStyle.FOLDED
                && oneLine(node) && span.length() == length + 2 * quotes;
        return new Yaml.Scalar(node.getValue(), plain, span, verbatim ? Optional.of(quotes) : Optional.empty());
    }

    private static boolean oneLine(Node node) {
        return node.getStartMark().map(Mark::getLine).equals(node.getEndMark().map(Mark::getLine));
    }

    private static Span span(Node node) {
        Mark start = node.getStartMark().orElseThrow();
        int length = oneLine(node) ? node.getEndMark().orElseThrow().getColumn() - start.getColumn() : 1;
        return new Span(start.getLine() + 1, start.getColumn() + 1, Math.max(1, length));
    }

    private static Span point(Mark mark) {
        return new Span(mark.getLine() + 1, mark.getColumn() + 1, 1);
    }

    private static Span place(String text, int index) {
        String before = text.substring(0, Math.min(text.length(), text.offsetByCodePoints(0, Math.min(index, text.codePointCount(0, text.length())))));
        int lineStart = before.lastIndexOf('\n') + 1;
        return new Span((int) before.chars().filter(c -> c == '\n').count() + 1, before.codePointCount(lineStart, before.length()) + 1, 1);
    }
}
