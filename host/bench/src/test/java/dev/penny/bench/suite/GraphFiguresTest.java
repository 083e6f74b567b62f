package dev.penny.bench.suite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphFiguresTest {

    @Test
    void aTaskOfAStencilWaitsForThreeOfTheRowAbove() {
        List<int[]> stencil = GraphFigures.stencil(4, 2);
        assertEquals(8, stencil.size());
        stencil.subList(0, 4).forEach(before -> assertEquals(0, before.length));
        assertArrayEquals(new int[] {0, 1}, stencil.get(4));
        assertArrayEquals(new int[] {0, 1, 2}, stencil.get(5));
        assertArrayEquals(new int[] {1, 2, 3}, stencil.get(6));
        assertArrayEquals(new int[] {2, 3}, stencil.get(7));
    }

    @Test
    void aTreeOpensAndCloses() {
        List<int[]> tree = GraphFigures.tree(3);
        assertEquals(1 + 2 + 4 + 2 + 1, tree.size());
        assertArrayEquals(new int[] {0}, tree.get(2));
        assertArrayEquals(new int[] {2}, tree.get(6));
        assertArrayEquals(new int[] {3, 4}, tree.get(7));
        assertArrayEquals(new int[] {7, 8}, tree.get(9));
    }

    private static Figure.Point at(double size, double efficiency) {
        return new Figure.Point(size, efficiency);
    }

    @Test
    void theSmallestTaskIsWhereTheCurveCrossesOneHalfForTheLastTime() {
        assertEquals(200, GraphFigures.smallest(List.of(at(100, 0.25), at(400, 0.75))), 1e-6);
        assertEquals(10, GraphFigures.smallest(List.of(at(10, 0.6), at(20, 0.9))));
        assertEquals(400, GraphFigures.smallest(List.of(at(100, 0.9), at(200, 0.1), at(400, 0.5), at(800, 0.9))), 1e-6);
        assertThrows(IllegalStateException.class, () -> GraphFigures.smallest(List.of(at(100, 0.1), at(200, 0.4))));
    }

    @Test
    void everyFigureIsMeasuredInSmall() {
        for (String name : GraphFigures.names()) {
            assertTrue(Catalog.isFigure(name) && Catalog.names().contains(name), name);
            if (name.equals(GraphFigures.RERUN)) {
                assertTrue(new GraphFigures(2, true, Duration.ZERO).measure(name).value() >= 0);
            }
        }
    }
}
