package dev.penny.internal.core;

import dev.penny.api.RuntimeReport;
import dev.penny.api.RuntimeReport.Jit;
import dev.penny.api.RuntimeReport.Jit.Reason;
import dev.penny.api.RuntimeUnusableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.graalvm.polyglot.Engine;

/** Finds out what Penny runs on, and why tasks are interpreted if they are. */
public final class RuntimeProbe {

    private static final System.Logger LOG = System.getLogger("dev.penny");
    private static final String INTERPRETED = "Interpreted";
    /** The compiler's own name, and the one it has as an automatic module; GraalVM looks for both. */
    private static final List<String> COMPILER_MODULES = List.of("jdk.internal.vm.compiler", "jdk.graal.compiler");
    private static final String CAUSE_INTRODUCTION = "The following cause was found: ";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final Set<String> PARTS =
            Set.of("polyglot", "truffle-api", "truffle-runtime", "truffle-compiler", "wasm-language", "js-language");
    private static final String TESTED = "25.0.2";
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    /**
     * What decides whether tasks are compiled.
     *
     * @param javaFeature the JDK's feature version
     * @param implementation GraalVM's name for its runtime
     * @param interfaceEnabled the JVM was started with {@code -XX:+EnableJVMCI}
     * @param compilerVersion of the compiler on the module path
     * @param versions of the parts on the class path
     * @param cause what GraalVM says about an interpreted runtime
     */
    record Facts(int javaFeature, String implementation, boolean interfaceEnabled, Optional<String> compilerVersion,
            Map<String, String> versions, String cause) { }

    private RuntimeProbe() { }

    /**
     * Looks at this JVM. It starts a GraalVM engine for a moment.
     *
     * @param backends names of the installed backends
     */
    public static RuntimeReport report(List<String> backends) {
        Facts facts = facts();
        Map<String, String> versions = new TreeMap<>(facts.versions());
        facts.compilerVersion().ifPresent(version -> versions.put("compiler", version));
        RuntimeReport.Jdk jdk = new RuntimeReport.Jdk(
                Runtime.version().toString(), System.getProperty("java.vendor"), System.getProperty("java.home"));
        return new RuntimeReport(jdk, diagnose(facts), versions, backends, machine(), CoreLayout.ABI_HASH);
    }

    /** Warns with the fix, once per JVM, if this engine interprets. */
    static void warnIfInterpreted(Engine engine) {
        if (engine.getImplementationName().equals(INTERPRETED)
                && WARNED.compareAndSet(false, true) && diagnose(facts()) instanceof Jit.Inactive inactive) {
            LOG.log(System.Logger.Level.WARNING, "tasks are interpreted, 50 to 100 times slower than compiled: reason={0} Fix: {1}",
                    inactive.detail(), inactive.fix());
        }
    }

    /** The diagnosis for these facts. */
    static Jit diagnose(Facts facts) {
        if (!facts.implementation().equals(INTERPRETED)) {
            return new Jit.Active(facts.implementation());
        }
        Reason reason = reason(facts);
        return new Jit.Inactive(reason, facts.cause(), fix(reason, facts));
    }

    private static Reason reason(Facts facts) {
        if (facts.javaFeature() < 25) {
            return Reason.JDK_TOO_OLD;
        }
        if (!facts.versions().containsKey("truffle-runtime")) {
            return Reason.RUNTIME_MISSING;
        }
        if (!facts.interfaceEnabled()) {
            return Reason.FLAGS_MISSING;
        }
        if (facts.compilerVersion().isEmpty()) {
            return Reason.COMPILER_MISSING;
        }
        if (facts.cause().contains("attach library")) {
            return Reason.NATIVE_ACCESS_DENIED;
        }
        boolean sameVersion = facts.compilerVersion().equals(Optional.ofNullable(facts.versions().get("truffle-runtime")));
        return !sameVersion || facts.cause().contains("version") ? Reason.VERSION_MISMATCH : Reason.OTHER;
    }

    private static String fix(Reason reason, Facts facts) {
        String version = Optional.ofNullable(facts.versions().get("truffle-runtime")).orElse(TESTED);
        String path = "--upgrade-module-path=DIR, where DIR holds org.graalvm.compiler:compiler, org.graalvm.truffle:truffle-compiler, "
                + "org.graalvm.sdk:collections and org.graalvm.sdk:word of version " + version;
        return switch (reason) {
            case JDK_TOO_OLD -> "Use JDK 25 or newer; this is %d.".formatted(facts.javaFeature());
            case FLAGS_MISSING -> "Start the JVM with -XX:+UnlockExperimentalVMOptions -XX:+EnableJVMCI " + path
                    + "; scripts/jvm.args has these options.";
            case COMPILER_MISSING -> "Add " + path + ".";
            case RUNTIME_MISSING -> "Add org.graalvm.truffle:truffle-runtime to the class path, in the version of polyglot (%s)."
                    .formatted(Optional.ofNullable(facts.versions().get("polyglot")).orElse(TESTED));
            case VERSION_MISMATCH -> ("Use one version of all GraalVM jars that is not newer than the JDK: compiler=%s, "
                    + "truffle-runtime=%s, JDK=%s; %s is tested with JDK 25.0.3.")
                    .formatted(facts.compilerVersion().orElse("none"), version, Runtime.version(), TESTED);
            case NATIVE_ACCESS_DENIED -> "Add --enable-native-access=ALL-UNNAMED, or remove --illegal-native-access=deny.";
            case OTHER -> "See docs/backends.md, or report it with this text: " + facts.cause();
        };
    }

    private static Facts facts() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(RuntimeProbe.class.getClassLoader());
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        try (Engine engine = Engine.newBuilder().option("engine.WarnInterpreterOnly", "true").logHandler(log).build()) {
            return new Facts(Runtime.version().feature(), engine.getImplementationName(),
                    ModuleLayer.boot().findModule("jdk.internal.vm.ci").isPresent(), compilerVersion(), versions(),
                    cause(log.toString(StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new RuntimeUnusableException("GraalVM cannot be started: reason=" + e.getMessage(), e);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** The sentence of GraalVM's warning that says why. */
    static String cause(String log) {
        int start = log.indexOf(CAUSE_INTRODUCTION);
        if (start < 0) {
            return log.isBlank() ? "unknown" : log.strip().lines().collect(Collectors.joining(" "));
        }
        String rest = log.substring(start + CAUSE_INTRODUCTION.length());
        int end = rest.indexOf("\nFor more information");
        return (end < 0 ? rest : rest.substring(0, end)).strip().lines().findFirst().orElse("unknown");
    }

    private static Optional<String> compilerVersion() {
        return COMPILER_MODULES.stream().flatMap(name -> ModuleLayer.boot().findModule(name).stream()).findFirst()
                .flatMap(RuntimeProbe::manifest).flatMap(manifest -> attribute(manifest, Attributes.Name.IMPLEMENTATION_VERSION));
    }

    private static Optional<Manifest> manifest(Module module) {
        try (InputStream in = module.getResourceAsStream(MANIFEST)) {
            return in == null ? Optional.empty() : Optional.of(new Manifest(in));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** GraalVM's parts, wherever they are: all on the class path, or some on the module path. */
    private static Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        ModuleLayer.boot().modules().stream().filter(module -> module.getName().startsWith("org.graalvm."))
                .forEach(module -> manifest(module).ifPresent(manifest -> addVersion(versions, manifest)));
        try {
            for (URL url : Collections.list(RuntimeProbe.class.getClassLoader().getResources(MANIFEST))) {
                try (InputStream in = url.openStream()) {
                    addVersion(versions, new Manifest(in));
                }
            }
        } catch (IOException e) {
            throw new RuntimeUnusableException("the class path cannot be read: reason=" + e.getMessage(), e);
        }
        return versions;
    }

    private static void addVersion(Map<String, String> versions, Manifest manifest) {
        attribute(manifest, new Attributes.Name("Name")).filter(PARTS::contains).ifPresent(part ->
                versions.put(part, attribute(manifest, Attributes.Name.IMPLEMENTATION_VERSION).orElse("unknown")));
    }

    private static Optional<String> attribute(Manifest manifest, Attributes.Name name) {
        return Optional.ofNullable(manifest.getMainAttributes().getValue(name));
    }

    private static RuntimeReport.Machine machine() {
        Runtime runtime = Runtime.getRuntime();
        long memory = ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize() : 0;
        return new RuntimeReport.Machine(runtime.availableProcessors(), runtime.maxMemory(), memory);
    }
}
