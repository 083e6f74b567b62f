package dev.penny.api;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What Penny runs on, and whether it runs at full speed; {@code penny doctor} prints it.
 *
 * @param jdk the Java runtime
 * @param jit whether wasm and JavaScript are compiled
 * @param graalVersions GraalVM's parts on the class path and module path with their versions, by name
 * @param backends names of the installed thread backends
 * @param machine what this process may use
 * @param coreAbiHash identifies the layout shared by the core and this library
 */
public record RuntimeReport(
        Jdk jdk, Jit jit, Map<String, String> graalVersions, List<String> backends, Machine machine, long coreAbiHash) {

    /** Copies the collections. */
    public RuntimeReport {
        graalVersions = Collections.unmodifiableMap(new TreeMap<>(graalVersions));
        backends = List.copyOf(backends);
    }

    /** True if tasks are compiled. Interpreted tasks give the same results 50 to 100 times slower. */
    public boolean ok() {
        return jit instanceof Jit.Active;
    }

    /**
     * The Java runtime.
     *
     * @param version as {@code 25.0.3+9-LTS}
     * @param vendor who built it
     * @param home where it is installed
     */
    public record Jdk(String version, String vendor, String home) { }

    /**
     * What this process may use.
     *
     * @param processors cores
     * @param heapMaxBytes limit of the Java heap; the core's memory and those of wasm modules are outside of it
     * @param memoryBytes memory of the machine or the container
     */
    public record Machine(int processors, long heapMaxBytes, long memoryBytes) { }

    /** Whether tasks are compiled to machine code. */
    public sealed interface Jit {

        /**
         * They are.
         *
         * @param implementation GraalVM's name for itself
         */
        record Active(String implementation) implements Jit { }

        /**
         * They are interpreted.
         *
         * @param detail what GraalVM says about it
         * @param fix what to do, complete
         */
        record Inactive(Reason reason, String detail, String fix) implements Jit { }

        /** Why tasks are interpreted. */
        enum Reason {
            /** The JDK is older than 25. */
            JDK_TOO_OLD,
            /** The JVM was started without {@code -XX:+EnableJVMCI}. */
            FLAGS_MISSING,
            /** The compiler's jars are not on {@code --upgrade-module-path}. */
            COMPILER_MISSING,
            /** The compiler does not fit this JDK or the other GraalVM jars. */
            VERSION_MISMATCH,
            /** {@code truffle-runtime} is missing on the class path. */
            RUNTIME_MISSING,
            /** {@code --illegal-native-access=deny} without {@code --enable-native-access}. */
            NATIVE_ACCESS_DENIED,
            /** See the detail. */
            OTHER
        }
    }
}
