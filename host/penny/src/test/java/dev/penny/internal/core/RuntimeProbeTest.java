package dev.penny.internal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.RuntimeReport;
import dev.penny.api.RuntimeReport.Jit;
import dev.penny.api.RuntimeReport.Jit.Reason;
import dev.penny.internal.core.RuntimeProbe.Facts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RuntimeProbeTest {

    private static final Map<String, String> PARTS = Map.of("truffle-runtime", "25.0.2", "polyglot", "25.0.2");
    private static final Optional<String> COMPILER = Optional.of("25.0.2");

    private static Jit.Inactive interpreted(int feature, boolean flags, Optional<String> compiler, Map<String, String> parts, String cause) {
        return assertInstanceOf(Jit.Inactive.class, RuntimeProbe.diagnose(new Facts(feature, "Interpreted", flags, compiler, parts, cause)));
    }

    @Test
    void tellsTheReasonsApart() {
        assertEquals(Reason.JDK_TOO_OLD, interpreted(21, true, COMPILER, PARTS, "unknown").reason());
        assertEquals(Reason.FLAGS_MISSING, interpreted(25, false, Optional.empty(), PARTS, "JVMCI is not enabled").reason());
        assertEquals(Reason.COMPILER_MISSING, interpreted(25, true, Optional.empty(), PARTS, "Libgraal").reason());
        assertEquals(Reason.RUNTIME_MISSING, interpreted(25, true, COMPILER, Map.of("polyglot", "25.0.2"), "No").reason());
        assertEquals(Reason.NATIVE_ACCESS_DENIED, interpreted(25, true, COMPILER, PARTS,
                "The Truffle attach library is not available or cannot be loaded.").reason());
        assertEquals(Reason.VERSION_MISMATCH, interpreted(25, true, COMPILER, PARTS,
                "The VM does not support the minimum JVMCI API version required by Graal: 25.0.3+9 < 25.0.4+7-jvmci-b01.").reason());
        assertEquals(Reason.VERSION_MISMATCH, interpreted(25, true, Optional.of("25.0.1"), PARTS, "odd").reason());
        assertEquals(Reason.OTHER, interpreted(25, true, COMPILER, PARTS, "odd").reason());
    }

    @Test
    void givesACompleteFix() {
        String flags = interpreted(25, false, Optional.empty(), PARTS, "JVMCI is not enabled").fix();
        for (String part : List.of("-XX:+UnlockExperimentalVMOptions", "-XX:+EnableJVMCI", "--upgrade-module-path=DIR", "org.graalvm.compiler:compiler",
                "truffle-compiler", "collections", "word", "25.0.2")) {
            assertTrue(flags.contains(part), flags);
        }
        String versions = interpreted(25, true, Optional.of("25.0.4"), PARTS, "version").fix();
        assertTrue(versions.contains("compiler=25.0.4") && versions.contains("truffle-runtime=25.0.2"), versions);
    }

    @Test
    void findsTheCauseInTheWarning() {
        assertEquals("JVMCI is not enabled for this JVM.", RuntimeProbe.cause("""
                [engine] WARNING: The polyglot engine uses a fallback runtime that does not support runtime compilation to native code.
                The following cause was found: JVMCI is not enabled for this JVM.
                Second line.
                For more information see: somewhere"""));
        assertEquals("unknown", RuntimeProbe.cause(" "));
        assertEquals("something else", RuntimeProbe.cause("something\nelse\n"));
    }

    @Test
    void reportsThisRuntime() {
        RuntimeReport report = RuntimeProbe.report(List.of("platform"));
        assertTrue(report.ok(), report.toString());
        assertEquals(CoreLayout.ABI_HASH, report.coreAbiHash());
        assertEquals(List.of("platform"), report.backends());
        assertEquals(Runtime.version().toString(), report.jdk().version());
        assertEquals(report.graalVersions().get("polyglot"), report.graalVersions().get("compiler"));
        assertTrue(report.machine().memoryBytes() > 0 && report.machine().processors() > 0);
    }
}
