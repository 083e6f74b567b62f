package dev.penny.examples.runner;

import dev.penny.Penny;
import java.util.Arrays;

/** A computation written twice: as a graph of tasks, and in plain sequential Java, which says what the answer must be. */
public interface Example {

    /** The name of its folder. */
    String name();

    /** What it does, in one line. */
    String about();

    /** Loads its modules and builds its graph. */
    Program open(Penny penny);

    /** The same without Penny, on this thread. */
    Answer inSequence();

    /** Whether an answer of the graph is right: equal bytes, unless the example says otherwise. */
    default boolean agrees(Answer answer, Answer oracle) {
        return Arrays.equals(answer.bytes(), oracle.bytes());
    }
}
