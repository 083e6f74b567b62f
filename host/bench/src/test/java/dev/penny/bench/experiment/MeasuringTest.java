package dev.penny.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.internal.chartpart.Chart;

class MeasuringTest {

    private final List<String> events = new ArrayList<>();

    private Experiment experiment(List<String> points) {
        return new Experiment() {

            @Override
            public String name() {
                return "E-0";
            }

            @Override
            public String title() {
                return "test";
            }

            @Override
            public List<Point> points(Effort effort) {
                return points.stream().map(point -> new Point(Map.of("p", point), resources -> {
                    resources.closing((AutoCloseable) () -> events.add("close " + point));
                    resources.shared("pool", () -> {
                        events.add("open pool");
                        return (AutoCloseable) () -> events.add("close pool");
                    });
                    return List.of(variant("A"), variant("B"));
                })).toList();
            }

            @Override
            public Map<String, String> tables(Data data) {
                return Map.of();
            }

            @Override
            public Map<String, Chart<?, ?>> plots(Data data) {
                return Map.of();
            }
        };
    }

    private Point.Variant variant(String name) {
        return new Point.Variant(name, () -> {
            events.add(name);
            return Map.of("ns", 1.0);
        });
    }

    private static Effort rounds(int count) {
        return new Effort(Effort.Mode.SMOKE, Duration.ZERO, 0, count, count);
    }

    @Test
    void everyRoundRunsEveryVariantOnceInAlternatingOrder() {
        Data data = new Measuring(experiment(List.of("x")), rounds(3), _ -> { }).run(Map.of("date", "today"));
        assertEquals(List.of("open pool", "A", "B", "B", "A", "A", "B", "close x", "close pool"), events);
        assertEquals(6, data.lines().size());
        assertEquals(3, data.ratio("A", "B", "ns").count());
        assertEquals("today", data.facts().get("date"));
        assertTrue(data.facts().containsKey("serial repeat spread"));
    }

    @Test
    void whatIsSharedOutlivesThePoint() {
        new Measuring(experiment(List.of("x", "y")), rounds(1), _ -> { }).run(Map.of());
        assertEquals(List.of("open pool", "A", "B", "close x", "A", "B", "close y", "close pool"), events);
    }

    @Test
    void theWarmUpIsNotInTheData() {
        Effort effort = new Effort(Effort.Mode.QUICK, Duration.ofMillis(1), 0.5, 2, 2);
        Data data = new Measuring(experiment(List.of("x")), effort, _ -> { }).run(Map.of());
        assertEquals(4, data.lines().size());
        assertTrue(events.stream().filter("A"::equals).count() >= 2 + 1 + 2, "two rounds, a warm-up and two runs before");
    }

    @Test
    void aWrongAnswerEndsTheExperiment() {
        Experiment wrong = experiment(List.of());
        Point point = new Point(Map.of(), _ -> List.of(new Point.Variant("A", () -> {
            throw new IllegalStateException("wrong answer");
        })));
        Experiment failing = new Experiment() {

            @Override
            public String name() {
                return wrong.name();
            }

            @Override
            public String title() {
                return wrong.title();
            }

            @Override
            public List<Point> points(Effort effort) {
                return List.of(point);
            }

            @Override
            public Map<String, String> tables(Data data) {
                return Map.of();
            }

            @Override
            public Map<String, Chart<?, ?>> plots(Data data) {
                return Map.of();
            }
        };
        assertThrows(IllegalStateException.class, () -> new Measuring(failing, rounds(1), _ -> { }).run(Map.of()));
    }
}
