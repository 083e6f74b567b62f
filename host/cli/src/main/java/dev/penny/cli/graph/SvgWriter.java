package dev.penny.cli.graph;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.eclipse.elk.alg.layered.LayeredLayoutProvider;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.core.data.LayoutMetaDataService;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.NullElkProgressMonitor;
import org.eclipse.elk.graph.ElkBendPoint;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/** A plan as a drawing: boxes in layers, arrows downwards. ELK finds the places. */
public final class SvgWriter {

    /** Beyond this a drawing takes minutes and nobody can read it. */
    public static final int TASKS_MAX = 2_000;

    private static final int LINE_CHARS_MAX = 48;
    /** Width of a character of the monospace font in 12 px and 10 px. */
    private static final double NAME_CHAR = 7.3;
    private static final double CALL_CHAR = 6.1;
    private static final double PADDING = 10;
    private static final double HEIGHT = 40;
    private static final double MARGIN = 12;
    private static final List<String> COLOURS = List.of("#dbeafe", "#dcfce7", "#fef3c7", "#fce7f3", "#ede9fe", "#ffedd5", "#ccfbf1", "#e2e8f0");
    private static final String STYLE = """
            .task{stroke:#334155;stroke-width:1}
            .own{fill:#f8fafc;stroke:#94a3b8;stroke-dasharray:4 2}
            .name{font:12px ui-monospace,Consolas,Menlo,monospace;fill:#0f172a}
            .call{font:10px ui-monospace,Consolas,Menlo,monospace;fill:#475569}
            .edge{fill:none;stroke:#475569;stroke-width:1.2}
            .order{stroke-dasharray:5 3;stroke:#94a3b8}
            """;

    private final Plan plan;
    private final Map<PlannedTask, ElkNode> boxes = new IdentityHashMap<>();
    private final Map<ElkEdge, Arrow> arrows = new IdentityHashMap<>();
    private final Map<String, String> colours;

    private SvgWriter(Plan plan) {
        this.plan = plan;
        List<String> modules = plan.tasks().stream().filter(task -> !task.isOwn()).map(SvgWriter::module).distinct().toList();
        this.colours = modules.stream().collect(Collectors.toMap(module -> module, module -> COLOURS.get(modules.indexOf(module) % COLOURS.size())));
    }

    /**
     * The whole drawing. Results flow along solid arrows, dashed ones only keep order; boxes with a dashed edge are tasks that Penny adds;
     * each module has its colour.
     *
     * @throws Refusal there are more than {@value #TASKS_MAX} tasks
     */
    public static String write(Plan plan) {
        if (plan.tasks().size() > TASKS_MAX) {
            throw new Refusal("too many tasks to draw: tasks=%d, max=%d, a .dot file has no limit".formatted(plan.tasks().size(), TASKS_MAX));
        }
        SvgWriter writer = new SvgWriter(plan);
        ElkNode root = writer.layout();
        StringWriter text = new StringWriter();
        try {
            writer.draw(root, XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text));
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a drawing in memory cannot fail", e);
        }
        return text.append('\n').toString();
    }

    private ElkNode layout() {
        // Outside of Eclipse nobody else does.
        LayoutMetaDataService.initElkReflect();
        ElkNode root = ElkGraphUtil.createGraph();
        root.setProperty(LayeredOptions.DIRECTION, Direction.DOWN);
        root.setProperty(LayeredOptions.EDGE_ROUTING, EdgeRouting.POLYLINE);
        root.setProperty(LayeredOptions.SPACING_NODE_NODE, 18.0);
        root.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 34.0);
        for (PlannedTask task : plan.tasks()) {
            ElkNode box = ElkGraphUtil.createNode(root);
            box.setDimensions(2 * PADDING + Math.max(shown(task.name()).length() * NAME_CHAR, shown(task.call()).length() * CALL_CHAR), HEIGHT);
            boxes.put(task, box);
        }
        for (PlannedTask task : plan.tasks()) {
            for (Arrow arrow : Arrow.to(task)) {
                arrows.put(ElkGraphUtil.createSimpleEdge(boxes.get(arrow.from()), boxes.get(task)), arrow);
            }
        }
        new LayeredLayoutProvider().layout(root, new NullElkProgressMonitor());
        return root;
    }

    private void draw(ElkNode root, XMLStreamWriter xml) throws XMLStreamException {
        double width = root.getWidth() + 2 * MARGIN;
        double height = root.getHeight() + 2 * MARGIN;
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeCharacters("\n");
        start(xml, "svg", "xmlns", "http://www.w3.org/2000/svg", "width", number(width), "height", number(height),
                "viewBox", "0 0 %s %s".formatted(number(width), number(height)));
        element(xml, "title", plan.name());
        element(xml, "style", STYLE);
        start(xml, "defs");
        start(xml, "marker", "id", "arrow", "viewBox", "0 0 8 8", "refX", "7", "refY", "4", "markerWidth", "7", "markerHeight", "7",
                "orient", "auto");
        start(xml, "path", "d", "M0 0 8 4 0 8z", "fill", "#475569");
        end(xml, 3);
        start(xml, "rect", "width", "100%", "height", "100%", "fill", "#ffffff");
        end(xml, 1);
        start(xml, "g", "transform", "translate(%s %s)".formatted(number(MARGIN), number(MARGIN)));
        for (ElkEdge edge : root.getContainedEdges()) {
            start(xml, "path", "class", arrows.get(edge).result() ? "edge" : "edge order", "d", path(edge), "marker-end", "url(#arrow)");
            end(xml, 1);
        }
        for (PlannedTask task : plan.tasks()) {
            box(xml, task, boxes.get(task));
        }
        end(xml, 2);
        xml.writeEndDocument();
        xml.flush();
    }

    private void box(XMLStreamWriter xml, PlannedTask task, ElkNode box) throws XMLStreamException {
        start(xml, "g", "transform", "translate(%s %s)".formatted(number(box.getX()), number(box.getY())));
        element(xml, "title", task.name() + "\n" + task.call());
        List<String> rect = new ArrayList<>(List.of("class", task.isOwn() ? "task own" : "task", "rx", "5",
                "width", number(box.getWidth()), "height", number(box.getHeight())));
        if (!task.isOwn()) {
            rect.addAll(List.of("fill", colours.get(module(task))));
        }
        start(xml, "rect", rect.toArray(String[]::new));
        end(xml, 1);
        start(xml, "text", "class", "name", "x", number(PADDING), "y", "17");
        xml.writeCharacters(clean(shown(task.name())));
        end(xml, 1);
        start(xml, "text", "class", "call", "x", number(PADDING), "y", "31");
        xml.writeCharacters(clean(shown(task.call())));
        end(xml, 2);
    }

    private static String path(ElkEdge edge) {
        ElkEdgeSection section = edge.getSections().getFirst();
        StringBuilder path = new StringBuilder("M%s %s".formatted(number(section.getStartX()), number(section.getStartY())));
        for (ElkBendPoint bend : section.getBendPoints()) {
            path.append(" L%s %s".formatted(number(bend.getX()), number(bend.getY())));
        }
        return path.append(" L%s %s".formatted(number(section.getEndX()), number(section.getEndY()))).toString();
    }

    private static String module(PlannedTask task) {
        return task.call().substring(0, Math.max(0, task.call().indexOf('/')));
    }

    private static String shown(String text) {
        return text.length() <= LINE_CHARS_MAX ? text : text.substring(0, LINE_CHARS_MAX / 2 - 1) + "..."
                + text.substring(text.length() - LINE_CHARS_MAX / 2 + 2);
    }

    /** XML has no place for most control characters, not even escaped. */
    private static String clean(String text) {
        return text.codePoints().map(c -> c < 0x20 && c != '\n' || c >= 0xD800 && c <= 0xDFFF || c == 0xFFFE || c == 0xFFFF ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    private static void start(XMLStreamWriter xml, String name, String... attributes) throws XMLStreamException {
        xml.writeStartElement(name);
        for (int i = 0; i < attributes.length; i += 2) {
            xml.writeAttribute(attributes[i], attributes[i + 1]);
        }
    }

    private static void element(XMLStreamWriter xml, String name, String text) throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(clean(text));
        xml.writeEndElement();
    }

    private static void end(XMLStreamWriter xml, int count) throws XMLStreamException {
        for (int i = 0; i < count; i++) {
            xml.writeEndElement();
        }
        xml.writeCharacters("\n");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
