package dev.penny.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.penny.Penny;
import dev.penny.api.RuntimeReport;
import dev.penny.api.RuntimeReport.Jit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code penny doctor}. */
@Command(name = "doctor", mixinStandardHelpOptions = true,
        description = "Says what Penny runs on and whether tasks are compiled; if not, why, and what to do. Exit code 1 if they are not.")
final class DoctorCommand implements Callable<Integer> {

    @ParentCommand
    private PennyCommand penny;

    @Option(names = "--json", description = "As one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        RuntimeReport report = Penny.report();
        String text = json ? json(report) : text(report);
        penny.terminal().out().write(text.getBytes(StandardCharsets.UTF_8));
        return report.ok() ? ExitCode.OK : ExitCode.FAILED;
    }

    static String json(RuntimeReport report) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("ok", report.ok());
        all.put("jit", report.jit() instanceof Jit.Active);
        switch (report.jit()) {
            case Jit.Active(String implementation) -> all.put("implementation", implementation);
            case Jit.Inactive(Jit.Reason reason, String detail, String fix) -> {
                all.put("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'));
                all.put("detail", detail);
                all.put("fix", fix);
            }
        }
        all.put("jdk", report.jdk());
        all.put("graalvm", report.graalVersions());
        all.put("backends", report.backends());
        all.put("policies", RuntimeOptions.policyNames());
        all.put("processors", report.machine().processors());
        all.put("heapMaxBytes", report.machine().heapMaxBytes());
        all.put("memoryBytes", report.machine().memoryBytes());
        all.put("coreAbi", abi(report));
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all) + "\n";
    }

    static String text(RuntimeReport report) {
        Table table = new Table();
        table.row("JDK", "%s, %s, %s".formatted(report.jdk().version(), report.jdk().vendor(), report.jdk().home()));
        switch (report.jit()) {
            case Jit.Active(String implementation) -> table.row("JIT", "active, " + implementation);
            case Jit.Inactive(_, String detail, String fix) -> table.row("JIT", "NOT ACTIVE: tasks run 50 to 100 times slower")
                    .row("", "why: " + detail).row("", "fix: " + fix);
        }
        report.graalVersions().forEach((part, version) -> table.row("GraalVM", part + " " + version));
        table.row("backends", String.join(" ", report.backends()));
        table.row("policies", String.join(" ", RuntimeOptions.policyNames()));
        table.row("cores", String.valueOf(report.machine().processors()));
        table.row("memory", "%,d MiB, Java heap at most %,d MiB"
                .formatted(report.machine().memoryBytes() >> 20, report.machine().heapMaxBytes() >> 20));
        table.row("core ABI", abi(report));
        return table + (report.ok() ? "Everything is fine.\n" : "Tasks are interpreted.\n");
    }

    private static String abi(RuntimeReport report) {
        return "0x%016X".formatted(report.coreAbiHash());
    }
}
