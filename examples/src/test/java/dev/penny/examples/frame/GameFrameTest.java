package dev.penny.examples.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.graph.TaskGraph;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Named tasks in the order of their prerequisites, and two of them always on the thread they are pinned to. */
@Timeout(60)
class GameFrameTest {

    private record Begun(String task, Thread thread) { }

    @Test
    void tasksKeepTheirOrderAndTheirThreadInEveryFrame() {
        List<Begun> begun = Collections.synchronizedList(new ArrayList<>());
        try (Penny penny = Penny.builder().workers(3).backend("platform").build();
                TaskGraph frame = GameFrame.graph(penny, new World(), task -> begun.add(new Begun(task, Thread.currentThread())))) {
            Set<Thread> pinned = new HashSet<>();
            for (int number = 0; number < 200; number++) {
                begun.clear();
                frame.run().join();
                List<String> order = begun.stream().map(Begun::task).toList();
                assertEquals(9, order.size(), order::toString);
                assertEquals(0, order.indexOf("input"));
                assertEquals(Set.of("physics 0", "physics 1", "physics 2", "physics 3", "animation"), new HashSet<>(order.subList(1, 6)));
                assertEquals(List.of("culling", "render", "present"), order.subList(6, 9));
                begun.subList(7, 9).forEach(task -> pinned.add(task.thread()));
            }
            assertEquals(1, pinned.size(), "threads of render and present: " + pinned);
        }
    }

    @Test
    void tasksAreFoundByName() {
        try (Penny penny = Penny.builder().workers(1).build(); TaskGraph frame = GameFrame.graph(penny, new World(), task -> { })) {
            assertEquals(9, frame.tasks().size());
            assertEquals(List.of("culling"), frame.task("render").predecessors().stream().map(task -> task.name()).toList());
            assertTrue(frame.task("culling").predecessors().stream().map(task -> task.name()).toList()
                    .containsAll(List.of("physics 0", "physics 1", "physics 2", "physics 3", "animation")));
        }
    }
}
