package dev.penny.examples.routes;

import dev.penny.Penny;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Example;
import dev.penny.examples.runner.Noise;
import dev.penny.examples.runner.Program;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * The cheapest ways across maps: maps by Java, A* in JavaScript. The answer is all ways, each as its length and its cells.
 *
 * @param folder holds the module
 * @param maps how many
 * @param ways how many on each
 * @param side rows and columns of a map
 */
public record Routes(Path folder, int maps, int ways, int side) implements Example {

    /** 8 ways on each of 4 maps of 96 x 96 cells. */
    public Routes(Path folder) {
        this(folder, 4, 8, 96);
    }

    @Override
    public String name() {
        return "routes";
    }

    @Override
    public String about() {
        return "finds %d ways across %d maps with A* in JavaScript".formatted(maps * ways, maps);
    }

    /** From somewhere in the left quarter to somewhere in the right one. */
    private int end(int map, int way, boolean right) {
        int column = Noise.below(side / 4, 5000L + map, 4L * way + (right ? 2 : 0)) + (right ? side - side / 4 : 0);
        return Noise.below(side, 5000L + map, 4L * way + (right ? 3 : 1)) * side + column;
    }

    private record Searched(GraphTask way, GraphTask cost) { }

    @Override
    public Program open(Penny penny) {
        TaskModule terrain = penny.register(Terrain.class);
        TaskModule astar = penny.load(folder.resolve("astar.js"));
        GraphBuilder graph = penny.graph(name());
        List<Searched> searched = new ArrayList<>();
        for (int map = 0; map < maps; map++) {
            GraphTask cells = graph.task("map " + map, terrain.function("map"), map, side, side);
            for (int way = 0; way < ways; way++) {
                String place = " %d,%d".formatted(map, way);
                GraphTask found = graph.task("route" + place, astar.function("route"), cells, side, end(map, way, false), end(map, way, true));
                searched.add(new Searched(found, graph.task("cost" + place, astar.function("cost"), cells, found)));
            }
        }
        return new Program(graph.build(), run -> answer(run, searched));
    }

    private static Answer answer(GraphRun run, List<Searched> searched) {
        List<byte[]> found = searched.stream().map(one -> run.result(one.way(), byte[].class)).toList();
        return answer(found, searched.stream().mapToInt(one -> run.result(one.cost(), Integer.class)).toArray());
    }

    private static Answer answer(List<byte[]> found, int[] costs) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] way : found) {
            all.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(way.length / 4).array());
            all.writeBytes(way);
        }
        return new Answer(all.toByteArray(), "%d ways, %d to places out of reach, cost %d together".formatted(costs.length,
                Arrays.stream(costs).filter(cost -> cost < 0).count(), Arrays.stream(costs).filter(cost -> cost >= 0).sum()));
    }

    @Override
    public Answer inSequence() {
        List<byte[]> found = new ArrayList<>();
        int[] costs = new int[maps * ways];
        for (int map = 0; map < maps; map++) {
            byte[] cells = Terrain.map(map, side, side);
            for (int way = 0; way < ways; way++) {
                List<Integer> cellsOfWay = search(cells, end(map, way, false), end(map, way, true));
                ByteBuffer bytes = ByteBuffer.allocate(4 * cellsOfWay.size()).order(ByteOrder.LITTLE_ENDIAN);
                cellsOfWay.forEach(bytes::putInt);
                found.add(bytes.array());
                costs[map * ways + way] = cellsOfWay.isEmpty() ? -1 : cellsOfWay.stream().skip(1).mapToInt(cell -> cells[cell]).sum();
            }
        }
        return answer(found, costs);
    }

    private record Step(int estimated, int cell) implements Comparable<Step> {
        @Override
        public int compareTo(Step other) {
            return estimated != other.estimated ? Integer.compare(estimated, other.estimated) : Integer.compare(cell, other.cell);
        }
    }

    /** A* that looks at cells by estimated cost and then by number. */
    private List<Integer> search(byte[] cells, int from, int to) {
        int[] costs = new int[cells.length];
        Arrays.fill(costs, Integer.MAX_VALUE);
        int[] cameFrom = new int[cells.length];
        boolean[] done = new boolean[cells.length];
        PriorityQueue<Step> queue = new PriorityQueue<>();
        if (cells[from] != 0) {
            costs[from] = 0;
            queue.add(new Step(estimate(from, to), from));
        }
        while (!queue.isEmpty()) {
            int cell = queue.remove().cell();
            if (cell == to) {
                return way(cameFrom, from, to);
            }
            if (done[cell]) {
                continue;
            }
            done[cell] = true;
            neighbours(cell).filter(next -> cells[next] != 0 && !done[next] && costs[cell] + cells[next] < costs[next]).forEach(next -> {
                costs[next] = costs[cell] + cells[next];
                cameFrom[next] = cell;
                queue.add(new Step(costs[next] + estimate(next, to), next));
            });
        }
        return List.of();
    }

    private int estimate(int cell, int to) {
        return Math.abs(cell % side - to % side) + Math.abs(cell / side - to / side);
    }

    private IntStream neighbours(int cell) {
        int x = cell % side;
        return IntStream.of(cell - side, x > 0 ? cell - 1 : -1, x < side - 1 ? cell + 1 : -1, cell + side)
                .filter(next -> next >= 0 && next < side * side);
    }

    private static List<Integer> way(int[] cameFrom, int from, int to) {
        List<Integer> way = new ArrayList<>(List.of(to));
        while (way.getLast() != from) {
            way.add(cameFrom[way.getLast()]);
        }
        return way.reversed();
    }
}
