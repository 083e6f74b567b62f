package dev.penny.cli.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Drawings show every task and every arrow, and nothing on top of each other. */
class DrawingTest {

    private static final Pattern TRANSLATE = Pattern.compile("translate\\(([\\d.]+) ([\\d.]+)\\)");

    private record Box(String name, double x, double y, double width, double height) {
        boolean overlaps(Box other) {
            return x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height;
        }

        boolean touches(double px, double py) {
            return px >= x - 0.2 && px <= x + width + 0.2 && py >= y - 0.2 && py <= y + height + 0.2;
        }
    }

    private static Plan plan(String tasks) {
        return Planner.plan("test.yaml", "version: 1\nmodules: {m: m.wasm, n: n.wasm}\n" + tasks, Map.of(), new FakeSurroundings());
    }

    private static Plan sample() {
        return plan("""
                tasks:
                  hash: {foreach: {f: {files: "**/*.txt"}}, call: m/sha256, args: [{file: "${f}"}]}
                  say: {foreach: {t: ["<&>", "a \\"quote\\" \\\\ and\\nmore", "bell \\a"]}, call: n/shout, args: ["${t}"], after: hash}
                  page: {call: n/page, args: [{gather: say}, {gather: hash, as: json}]}
                  check: {call: m/zero}
                  seal: {call: m/sha256, args: ["${page}"], when: check}
                outputs: {page: page.txt}
                """);
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    private static List<Element> elements(Element parent, String tag) {
        NodeList found = parent.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }

    private static List<Box> boxes(Document svg) {
        List<Box> boxes = new ArrayList<>();
        for (Element group : elements(svg.getDocumentElement(), "g")) {
            Matcher place = TRANSLATE.matcher(group.getAttribute("transform"));
            List<Element> titles = elements(group, "title");
            if (titles.size() == 1 && group.getElementsByTagName("g").getLength() == 0 && place.matches()) {
                Element rect = elements(group, "rect").getFirst();
                String title = titles.getFirst().getTextContent();
                boxes.add(new Box(title.substring(0, title.lastIndexOf('\n')), Double.parseDouble(place.group(1)), Double.parseDouble(place.group(2)),
                        Double.parseDouble(rect.getAttribute("width")), Double.parseDouble(rect.getAttribute("height"))));
            }
        }
        return boxes;
    }

    @Test
    void everyTaskHasItsBoxAndNoneCoversAnother() throws Exception {
        Plan plan = sample();
        List<Box> boxes = boxes(parse(SvgWriter.write(plan)));
        assertEquals(plan.tasks().stream().map(task -> task.name().replace('\u0007', '\uFFFD')).collect(Collectors.toSet()),
                boxes.stream().map(Box::name).collect(Collectors.toSet()));
        assertEquals(plan.tasks().size(), boxes.size());
        for (Box one : boxes) {
            for (Box other : boxes) {
                assertFalse(one != other && one.overlaps(other), one + " and " + other);
            }
        }
    }

    @Test
    void everyArrowLeadsFromABoxToALowerOne() throws Exception {
        Plan plan = sample();
        Document svg = parse(SvgWriter.write(plan));
        List<Box> boxes = boxes(svg);
        Set<String> drawn = new HashSet<>();
        int dashed = 0;
        for (Element path : elements(svg.getDocumentElement(), "path")) {
            if (!path.getAttribute("class").startsWith("edge")) {
                continue;
            }
            String[] points = path.getAttribute("d").substring(1).split(" L");
            Box from = at(boxes, points[0]);
            Box to = at(boxes, points[points.length - 1]);
            assertTrue(from.y() < to.y(), from + " to " + to);
            drawn.add(from.name() + " -> " + to.name());
            dashed += path.getAttribute("class").contains("order") ? 1 : 0;
        }
        assertEquals(PlannerTest.arrows(plan).stream().map(arrow -> arrow.replace('\u0007', '\uFFFD')).collect(Collectors.toSet()), drawn);
        assertEquals(plan.tasks().stream().mapToInt(task -> task.after().size()).sum(), dashed);
    }

    private static Box at(List<Box> boxes, String point) {
        String[] xy = point.split(" ");
        return boxes.stream().filter(box -> box.touches(Double.parseDouble(xy[0]), Double.parseDouble(xy[1]))).findFirst()
                .orElseThrow(() -> new AssertionError("no box at " + point));
    }

    @Test
    void everythingIsInsideThePicture() throws Exception {
        Document svg = parse(SvgWriter.write(sample()));
        double width = Double.parseDouble(svg.getDocumentElement().getAttribute("width"));
        double height = Double.parseDouble(svg.getDocumentElement().getAttribute("height"));
        boxes(svg).forEach(box -> assertTrue(box.x() >= 0 && box.y() >= 0 && box.x() + box.width() <= width && box.y() + box.height() <= height,
                box.toString()));
    }

    @Test
    void eachModuleHasItsColour() throws Exception {
        Document svg = parse(SvgWriter.write(sample()));
        Set<String> colours = elements(svg.getDocumentElement(), "rect").stream().filter(rect -> rect.getAttribute("class").equals("task"))
                .map(rect -> rect.getAttribute("fill")).collect(Collectors.toSet());
        assertEquals(2, colours.size());
    }

    @Test
    void aGraphTooLargeToSeeIsRefused() {
        Plan plan = plan("tasks: {a: {foreach: {x: 0..2001}, call: m/zero}}\n");
        assertEquals("too many tasks to draw: tasks=2001, max=2000, a .dot file has no limit",
                assertThrows(Refusal.class, () -> SvgWriter.write(plan)).getMessage());
        assertEquals(2001, DotWriter.write(plan).lines().filter(line -> line.contains("[label=")).count());
    }

    @Test
    void dotHasEveryTaskAndEveryArrow() {
        Plan plan = plan("""
                tasks:
                  say: {foreach: {t: ["a \\"quote\\" \\\\"]}, call: n/shout, args: ["${t}"]}
                  b: {call: n/shout, args: [{gather: say}]}
                  c: {call: m/zero, after: b}
                """);
        assertEquals("""
                digraph "test" {
                  rankdir=TB;
                  node [shape=box, style=rounded, fontname="monospace", fontsize=11];
                  edge [fontsize=9];
                  "say[a \\"quote\\" \\\\]" [label="say[a \\"quote\\" \\\\]\\nn/shout(string)->string"];
                  "gather say" [label="gather say\\npenny/gather(string,string)->string", color=gray50, fontcolor=gray30];
                  "b" [label="b\\nn/shout(string)->string"];
                  "c" [label="c\\nm/zero()->i32"];
                  "say[a \\"quote\\" \\\\]" -> "gather say";
                  "gather say" -> "b";
                  "b" -> "c" [style=dashed];
                }
                """, DotWriter.write(plan));
    }
}
