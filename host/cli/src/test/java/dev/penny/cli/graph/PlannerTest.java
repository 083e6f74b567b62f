package dev.penny.cli.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.Priority;
import dev.penny.cli.graph.PlannedTask.PlannedArgument;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a graph file becomes. */
class PlannerTest {

    private static Plan plan(String tasks) {
        return Planner.plan("test.yaml", "version: 1\nmodules: {m: m.wasm}\n" + tasks, Map.of(), new FakeSurroundings());
    }

    private static PlannedTask task(Plan plan, String name) {
        return plan.tasks().stream().filter(task -> task.name().equals(name)).findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in " + names(plan)));
    }

    private static List<String> names(Plan plan) {
        return plan.tasks().stream().map(PlannedTask::name).toList();
    }

    private static Object given(Plan plan, String task, int argument) {
        return assertInstanceOf(PlannedArgument.Given.class, task(plan, task).arguments().get(argument)).value();
    }

    private static String from(Plan plan, String task, int argument) {
        return assertInstanceOf(PlannedArgument.Result.class, task(plan, task).arguments().get(argument)).task().name();
    }

    private static Set<String> before(Plan plan, String task) {
        return task(plan, task).predecessors().stream().map(PlannedTask::name).collect(Collectors.toSet());
    }

    /** {@code a -> b} for every arrow. */
    static Set<String> arrows(Plan plan) {
        return plan.tasks().stream().flatMap(task -> task.predecessors().stream().map(from -> from.name() + " -> " + task.name()))
                .collect(Collectors.toSet());
    }

    @Test
    void valuesHaveTheTypesOfTheParameters() {
        Plan plan = plan("""
                vars: {n: 3, greeting: hello, agent: 007, minus: -7, zero: 0, plus: +7}
                tasks:
                  kept: {call: m/shout, args: ["${agent} ${minus} ${zero} ${plus}"]}
                  i: {call: m/neg, args: [7]}
                  quoted: {call: m/neg, args: ["7"]}
                  calculated: {call: m/big, args: ["${(n + 4) * 2 - -1}"]}
                  half: {call: m/half, args: [2.5]}
                  text: {call: m/page, args: ["${greeting}, $${n} is ${n % 2}", {text: "${n}"}]}
                  bytes: {call: m/pair, args: [{hex: c0ffee}, été]}
                """);
        assertEquals(7, given(plan, "i", 0));
        assertEquals(7, given(plan, "quoted", 0));
        assertEquals("007 -7 0 +7", given(plan, "kept", 0));
        assertEquals(15L, given(plan, "calculated", 0));
        assertEquals(2.5, given(plan, "half", 0));
        assertEquals("hello, ${n} is 1", given(plan, "text", 0));
        assertEquals("${n}", given(plan, "text", 1));
        assertArrayEquals(new byte[] {(byte) 0xc0, (byte) 0xff, (byte) 0xee}, (byte[]) given(plan, "bytes", 0));
        assertArrayEquals("été".getBytes(StandardCharsets.UTF_8), (byte[]) given(plan, "bytes", 1));
    }

    @Test
    void jsonIsAGraphFileToo() {
        Plan plan = Planner.plan("deep/some.graph.json", """
                {"version": 1, "modules": {"m": "m.wasm"},
                 "tasks": {"a": {"call": "m/neg", "args": [1]}, "b": {"call": "m/neg", "args": ["${a}"]}}}
                """, Map.of(), new FakeSurroundings());
        assertEquals("some.graph", plan.name());
        assertEquals(Set.of("a -> b"), arrows(plan));
    }

    @Test
    void variablesCanBeReplaced() {
        String text = "version: 1\nmodules: {m: m.wasm}\nvars: {n: 2}\ntasks: {a: {foreach: {x: \"0..${n}\"}, call: m/zero}}\n";
        assertEquals(List.of("a[0]", "a[1]"), names(Planner.plan("t.yaml", text, Map.of(), new FakeSurroundings())));
        assertEquals(List.of("a[0]", "a[1]", "a[2]"), names(Planner.plan("t.yaml", text, Map.of("n", "3"), new FakeSurroundings())));
    }

    @Test
    void foreachWritesOutEveryCombinationTheLastVariableFastest() {
        Plan plan = plan("""
                tasks:
                  t: {foreach: {x: 0..2, c: [red, green]}, call: m/shout, args: ["${c}${x}"]}
                  triangle: {foreach: {i: 0..3, j: "0..${i}"}, call: m/add, args: ["${i}", "${j}"]}
                """);
        assertEquals(List.of("t[0,red]", "t[0,green]", "t[1,red]", "t[1,green]", "triangle[1,0]", "triangle[2,0]", "triangle[2,1]"), names(plan));
        assertEquals("green1", given(plan, "t[1,green]", 0));
        assertEquals(1, given(plan, "triangle[2,1]", 1));
    }

    @Test
    void filesHaveParts() {
        Plan plan = plan("""
                tasks:
                  t:
                    foreach: {f: {files: "**/*.txt"}}
                    call: m/shout
                    args: ["${f} ${f.name} ${f.stem} ${f.dir}"]
                """);
        assertEquals("a.txt a.txt a .", given(plan, "t[a.txt]", 0));
        assertEquals("deep/c.txt c.txt c deep", given(plan, "t[deep/c.txt]", 0));
    }

    @Test
    void aFileIsReadOncePerType() {
        Plan plan = plan("""
                tasks:
                  a: {call: m/sha256, args: [{file: a.txt}]}
                  b: {call: m/sha256, args: [{file: a.txt}]}
                  c: {call: m/shout, args: [{file: a.txt}]}
                """);
        assertEquals("read a.txt", from(plan, "a", 0));
        assertEquals("read a.txt", from(plan, "b", 0));
        assertEquals("read text of a.txt", from(plan, "c", 0));
        assertEquals(5, plan.tasks().size());
        assertEquals("penny/read(string)->bytes", task(plan, "read a.txt").call());
        assertEquals("a.txt", given(plan, "read a.txt", 0));
    }

    @Test
    void resultsOfOneOfManyAreFoundByTheirValues() {
        Plan plan = plan("""
                tasks:
                  wave:
                    foreach: {y: 0..3, x: 0..3}
                    call: m/add
                    args: [{result: "wave[y - 1, x]", else: "${x}"}, {result: "wave[y, x - 1]", else: 0}]
                  corner: {call: m/neg, args: ["${wave[2, 2]}"]}
                  named: {foreach: {c: [red]}, call: m/zero}
                  uses: {call: m/neg, args: ["${named['red']}"]}
                """);
        assertEquals("wave[1,2]", from(plan, "wave[2,2]", 0));
        assertEquals("wave[2,1]", from(plan, "wave[2,2]", 1));
        assertEquals(1, given(plan, "wave[0,1]", 0));
        assertEquals(0, given(plan, "wave[2,0]", 1));
        assertEquals("wave[2,2]", from(plan, "corner", 0));
        assertEquals(5, task(plan, "wave[2,2]").level());
        assertEquals("named[red]", from(plan, "uses", 0));
    }

    @Test
    void textMayGoWhereBytesAreWanted() {
        Plan plan = plan("tasks:\n  t: {call: m/shout, args: [x]}\n  s: {call: m/sha256, args: [\"${t}\"]}\n");
        assertEquals("t", from(plan, "s", 0));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,1", "7,1", "8,3", "49,8", "50,11"})
    void gatherIsATreeThatKeepsTheOrder(int parts, int expectedTasks) {
        Plan plan = plan("tasks:\n  t: {foreach: {x: 0..%d}, call: m/shout, args: [\"<${x}>\"]}\n  all: {call: m/shout, args: [{gather: t}]}\n"
                .formatted(parts));
        List<PlannedTask> gathers = plan.tasks().stream().filter(PlannedTask::isOwn).toList();
        assertEquals(expectedTasks, gathers.size());
        assertEquals("gather t", from(plan, "all", 0));
        assertEquals(IntStream.range(0, parts).mapToObj(x -> "t[" + x + "]").toList(), leaves(task(plan, "gather t")));
        assertTrue(gathers.stream().allMatch(gather -> gather.arguments().size() <= 8));
    }

    private static List<String> leaves(PlannedTask task) {
        if (!task.isOwn()) {
            return List.of(task.name());
        }
        List<String> leaves = new ArrayList<>();
        for (PlannedArgument argument : task.arguments()) {
            if (argument instanceof PlannedArgument.Result(PlannedTask part)) {
                leaves.addAll(leaves(part));
            }
        }
        return leaves;
    }

    @Test
    void gathersOfOneKindAreShared() {
        Plan plan = plan("""
                tasks:
                  t: {foreach: {x: 0..3}, call: m/neg, args: ["${x}"]}
                  a: {call: m/page, args: [{gather: t}, {gather: t}]}
                  b: {call: m/page, args: [{gather: t, separator: ", "}, {gather: t, as: json}]}
                  c: {call: m/sha256, args: [{gather: t}]}
                """);
        assertSame(task(plan, "a").predecessors().iterator().next(), task(plan, from(plan, "a", 1)));
        assertEquals("\n", given(plan, from(plan, "a", 0), 0));
        assertEquals(", ", given(plan, from(plan, "b", 0), 0));
        assertEquals("penny/json_array(string)->string", task(plan, from(plan, "b", 1)).call());
        assertEquals("penny/gather(string,i32,i32,i32)->bytes", task(plan, from(plan, "c", 0)).call());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 100})
    void reduceCombinesNeighboursUntilOneIsLeft(int parts) {
        Plan plan = plan(("tasks:\n  t: {foreach: {x: 0..%d}, call: m/neg, args: [\"${x}\"]}\n  total: {reduce: t, call: m/add}\n"
                + "  use: {call: m/neg, args: [\"${total}\"]}\n").formatted(parts));
        assertEquals(parts + parts - 1 + 1, plan.tasks().size());
        assertEquals(parts == 1 ? "t[0]" : "total", from(plan, "use", 0));
        assertEquals(IntStream.range(0, parts).mapToObj(x -> "t[" + x + "]").toList(), numbers(task(plan, from(plan, "use", 0))));
        assertEquals(2 + Math.ceil(Math.log(parts) / Math.log(2)), plan.levels());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aReduceWaitsForOthersHoweverFewItsParts(int parts) {
        Plan plan = plan(("tasks:\n  go: {call: m/zero}\n  t: {foreach: {x: 0..%d}, call: m/neg, args: [\"${x}\"]}\n"
                + "  total: {reduce: t, call: m/add, when: go, after: go}\n  use: {call: m/neg, args: [\"${total}\"]}\n").formatted(parts));
        assertEquals("total", from(plan, "use", 0));
        assertTrue(before(plan, "total").containsAll(Set.of("go", "when go", "t[0]")), before(plan, "total").toString());
        Plan printed = plan("tasks:\n  go: {call: m/zero}\n  t: {foreach: {x: 0..1}, call: m/zero}\n  total: {reduce: t, call: m/add, when: go}\n");
        assertEquals(List.of("total"), printed.outputs().stream().map(output -> output.task().name()).toList());
    }

    @Test
    void filesThatAreCalledLikeReadingAnotherAreToldApart() {
        Plan plan = plan("""
                tasks:
                  text: {call: m/shout, args: [{file: a.txt}]}
                  bytes: {call: m/sha256, args: [{file: text of a.txt}]}
                """);
        assertEquals("read text of a.txt", from(plan, "text", 0));
        assertEquals("read bytes of text of a.txt", from(plan, "bytes", 0));
    }

    @Test
    void valuesWithCommasAreToldApart() {
        Plan plan = plan("""
                tasks:
                  t: {foreach: {x: ["1,2", "1", "o'k"], y: ["3", "2,3"]}, call: m/page, args: ["${x}", "${y}"]}
                  a: {call: m/shout, args: ["${t['1,2', '3']}"]}
                  b: {call: m/shout, args: ["${t['1', '2,3']}"]}
                  one: {foreach: {x: ["1,2", "o'k"]}, call: m/zero}
                """);
        assertEquals(List.of("t['1,2',3]", "t['1,2','2,3']", "t[1,3]", "t[1,'2,3']", "t['o''k',3]", "t['o''k','2,3']"),
                names(plan).stream().filter(name -> name.startsWith("t[")).toList());
        assertEquals("t['1,2',3]", from(plan, "a", 0));
        assertEquals("t[1,'2,3']", from(plan, "b", 0));
        assertEquals(List.of("1", "2,3"), List.of(given(plan, "t[1,'2,3']", 0), given(plan, "t[1,'2,3']", 1)));
        assertTrue(names(plan).containsAll(List.of("one[1,2]", "one[o'k]")));
    }

    private static List<String> numbers(PlannedTask task) {
        if (task.name().startsWith("t[")) {
            return List.of(task.name());
        }
        List<String> numbers = new ArrayList<>();
        task.arguments().forEach(argument -> numbers.addAll(numbers(((PlannedArgument.Result) argument).task())));
        return numbers;
    }

    @Test
    void readersAndWritersKeepWhatMattersOfTheOrder() {
        Plan plan = plan("""
                tasks:
                  w1: {call: m/zero, writes: x}
                  r1: {call: m/zero, reads: x}
                  r2: {call: m/zero, reads: [x, y]}
                  w2: {call: m/zero, writes: x}
                  r3: {call: m/zero, reads: x}
                  w3: {call: m/zero, reads: x, writes: [x, y]}
                  free: {call: m/zero, writes: z}
                """);
        assertEquals(Set.of("w1 -> r1", "w1 -> r2", "w1 -> w2", "r1 -> w2", "r2 -> w2", "w2 -> r3", "w2 -> w3", "r3 -> w3", "r2 -> w3"),
                arrows(plan));
    }

    /** Random programs: every pair with a conflict is ordered as in the file, and nothing runs before it must. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyConflictIsOrderedAndNothingElse(long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder("tasks:\n");
        List<Set<String>> reads = new ArrayList<>();
        List<Set<String>> writes = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            reads.add(some(random));
            writes.add(some(random));
            text.append("  t%d: {call: m/zero, reads: %s, writes: %s}%n".formatted(i, reads.get(i), writes.get(i)));
        }
        Plan plan = plan(text.toString());
        Map<String, Set<String>> above = new HashMap<>();
        for (PlannedTask task : plan.tasks()) {
            Set<String> all = new HashSet<>();
            task.predecessors().forEach(predecessor -> {
                all.add(predecessor.name());
                all.addAll(above.get(predecessor.name()));
            });
            above.put(task.name(), all);
        }
        for (int later = 0; later < 60; later++) {
            Set<String> expected = new HashSet<>();
            for (int earlier = later - 1; earlier >= 0; earlier--) {
                if (meet(writes.get(earlier), writes.get(later)) || meet(writes.get(earlier), reads.get(later))
                        || meet(reads.get(earlier), writes.get(later))) {
                    expected.add("t" + earlier);
                    expected.addAll(above.get("t" + earlier));
                }
            }
            assertEquals(expected, above.get("t" + later), "t" + later);
        }
    }

    private static Set<String> some(Random random) {
        return random.ints(random.nextInt(3), 0, 9).mapToObj(i -> "v" + i).collect(Collectors.toSet());
    }

    private static boolean meet(Set<String> a, Set<String> b) {
        return a.stream().anyMatch(b::contains);
    }

    @Test
    void namesThatAreReadAndWrittenMayHaveVariables() {
        Plan plan = plan("tasks:\n  w: {foreach: {y: 0..3}, call: m/zero, writes: \"row ${y}\"}\n"
                + "  r: {foreach: {y: 0..3}, call: m/zero, reads: \"row ${y}\"}\n");
        assertEquals(Set.of("w[0] -> r[0]", "w[1] -> r[1]", "w[2] -> r[2]"), arrows(plan));
    }

    @Test
    void afterAWholeForeachIsOneWaitForAllOfThem() {
        Plan plan = plan("""
                tasks:
                  many: {foreach: {x: 0..100}, call: m/zero}
                  more: {foreach: {x: 0..100}, call: m/zero, after: many}
                  one: {call: m/zero, after: "many[7]"}
                """);
        assertEquals(201, plan.edges());
        assertEquals(Set.of("all of many"), before(plan, "more[3]"));
        assertEquals(100, before(plan, "all of many").size());
        assertEquals(Set.of("many[7]"), before(plan, "one"));
    }

    @Test
    void whenAndUnlessPutAGateBeforeTheTask() {
        Plan plan = plan("""
                tasks:
                  check: {call: m/zero}
                  yes: {call: m/zero, when: check}
                  also: {call: m/zero, when: "${check}"}
                  no: {call: m/zero, unless: check}
                """);
        assertEquals(Set.of("check -> when check", "check -> unless check", "when check -> yes", "when check -> also", "unless check -> no"),
                arrows(plan));
    }

    @Test
    void placementIsPassedOn() {
        Plan plan = plan("limits: {disk: 2, net: 1}\ntasks:\n  a: {call: m/zero, priority: high, limit: [net, disk]}\n  b: {call: m/zero, pin: 1}\n");
        assertEquals(new PlannedTask.Placement(Priority.HIGH, List.of("net", "disk"), OptionalInt.empty()), task(plan, "a").placement());
        assertEquals(OptionalInt.of(1), task(plan, "b").placement().worker());
        assertEquals(Map.of("disk", 2, "net", 1), plan.limits());
    }

    @Test
    void withoutOutputsTheResultsNobodyUsesArePrinted() {
        Plan plan = plan("tasks:\n  a: {call: m/neg, args: [1]}\n  b: {call: m/neg, args: [\"${a}\"]}\n  c: {call: m/show, args: [1]}\n");
        assertEquals(List.of("b"), plan.outputs().stream().map(output -> output.task().name()).toList());
        assertTrue(plan("tasks: {a: {call: m/zero}}\noutputs: {}\n").outputs().isEmpty());
    }

    @Test
    void outputsAreWrittenByTasks() {
        Plan plan = plan("""
                tasks:
                  hash: {foreach: {f: {files: "*.txt"}}, call: m/sha256, args: [{file: "${f}"}]}
                  n: {call: m/zero}
                outputs: {hash: "out/${f.stem}.sha", n: "-"}
                """);
        assertEquals(Set.of("hash[a.txt]"), before(plan, "write out/a.sha"));
        assertEquals("out/a.sha", given(plan, "write out/a.sha", 0));
        assertEquals(List.of("out/a.sha", "out/b.sha", "-"),
                plan.outputs().stream().map(output -> output.file().orElse("-")).toList());
    }

    @Test
    void tasksComeAfterTheirPredecessorsByLevel() {
        Plan plan = plan("tasks:\n  c: {call: m/neg, args: [\"${b}\"]}\n  b: {call: m/neg, args: [\"${a}\"]}\n  a: {call: m/zero}\n");
        assertEquals(List.of("a", "b", "c"), names(plan));
        assertEquals(List.of(1, 2, 3), plan.tasks().stream().map(PlannedTask::level).toList());
    }

    @Test
    void inputsAreCheckedBeforeModulesAreLoaded() {
        FakeSurroundings surroundings = new FakeSurroundings();
        Planner.plan("t.yaml", "version: 1\nmodules: {m: m.wasm}\ntasks: {a: {call: m/sha256, args: [{file: a.txt}]}}\n", Map.of(), surroundings);
        assertEquals(List.of("a.txt", "load m"), surroundings.asked);
    }

    @Test
    void anchorsSaveWritingAForeachTwice() {
        Plan plan = plan("tasks:\n  a: {foreach: &xs {x: 0..3}, call: m/zero}\n  b: {foreach: *xs, call: m/neg, args: [\"${a[x]}\"]}\n");
        assertEquals(Set.of("a[0] -> b[0]", "a[1] -> b[1]", "a[2] -> b[2]"), arrows(plan));
    }

    @Test
    void aLongChainIsNoProblem() {
        Plan plan = plan("tasks:\n  c: {foreach: {x: 0..50000}, call: m/neg, args: [{result: \"c[x - 1]\", else: 0}]}\n");
        assertEquals(50_000, plan.levels());
    }
}
