package dev.penny;

import dev.penny.api.JavaTask;
import dev.penny.api.TaskFunction;
import dev.penny.internal.engine.LeakCheck;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A test that starts one Penny; after it nothing may be held. */
abstract class OnePenny {

    Penny penny;

    @AfterEach
    final void nothingIsHeld() {
        if (penny != null) {
            LeakCheck.assertNothingHeld(penny);
            penny.close();
        }
    }

    static List<ForkPools.Pool> pools() {
        return ForkPools.all();
    }

    final void start() {
        penny = Penny.builder().workers(2).memoryBytes(16 << 20).build();
    }

    /** A Java function in a module of its own. */
    final TaskFunction<Object> java(String name, String signature, JavaTask task) {
        return penny.javaModule("m-" + name).function(name, signature, task).register().function(name);
    }
}
