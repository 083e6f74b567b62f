package dev.penny.cli.graph;

import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import java.util.List;

/**
 * What planning needs from outside: files, modules and how values are read. Relative names start in the folder of the graph file. Every
 * method throws {@link Refusal} if it cannot do what is asked. One thread.
 */
public interface Surroundings {

    /** Names of the files that match, sorted, each once; at least one. */
    List<String> files(List<String> globs);

    /** The same for every name of the same file, which need not be there. */
    String identity(String file);

    /** Checks that a file can be read. @return its {@link #identity} */
    String input(String file);

    /** Checks that a file can be written. @return its {@link #identity} */
    String output(String file);

    /** Loads a module; called after all inputs are known. */
    void load(String name, ModuleSource source);

    /**
     * A function of a module that is loaded.
     *
     * @param function {@code name} or {@code name(types)->type}
     */
    TaskFunction<?> function(String module, String function);

    /** A value from its text, as on the command line. */
    Object value(ValueType type, String text);

    /** How many workers tasks can be pinned to. */
    int workers();
}
