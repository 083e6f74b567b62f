package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.penny.api.RuntimeReport;
import dev.penny.api.RuntimeReport.Jit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {

    private static final Jit BROKEN = new Jit.Inactive(Jit.Reason.FLAGS_MISSING, "JVMCI is not enabled", "Start with -XX:+EnableJVMCI");

    private static RuntimeReport report(Jit jit) {
        return new RuntimeReport(new RuntimeReport.Jdk("25.0.3", "Vendor", "home"), jit, Map.of("polyglot", "25.0.2"),
                List.of("platform"), new RuntimeReport.Machine(2, 1 << 30, 2L << 30), 0xABCL);
    }

    @Test
    void saysWhatToDo() throws IOException {
        String text = DoctorCommand.text(report(BROKEN));
        assertTrue(text.contains("NOT ACTIVE") && text.contains("why: JVMCI is not enabled") && text.contains("fix: Start with"), text);
        JsonNode json = new ObjectMapper().readTree(DoctorCommand.json(report(BROKEN)));
        assertEquals("false", json.get("jit").toString());
        assertEquals("false", json.get("ok").toString());
        assertEquals("flags-missing", json.get("reason").asText());
    }

    @Test
    void describesAGoodRuntime() throws IOException {
        JsonNode json = new ObjectMapper().readTree(DoctorCommand.json(report(new Jit.Active("GraalVM CE"))));
        assertEquals("true", json.get("jit").toString());
        assertEquals("25.0.3", json.get("jdk").get("version").asText());
        assertEquals("0x0000000000000ABC", json.get("coreAbi").asText());
    }

    /** The build's JVM has the flags; if this fails, everything else is 50 times slower than it should be. */
    @Test
    void thisBuildCompilesItsTasks() {
        TestTerminal terminal = new TestTerminal(Path.of("").toAbsolutePath());
        assertEquals(ExitCode.OK, terminal.run("doctor", "--json"), terminal.out());
        assertTrue(terminal.out().contains("\"jit\" : true"), terminal.out());
    }
}
