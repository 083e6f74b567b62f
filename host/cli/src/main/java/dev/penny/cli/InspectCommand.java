package dev.penny.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.penny.Penny;
import dev.penny.api.LoadOptions;
import dev.penny.api.ModuleInspection;
import dev.penny.api.Signature;
import dev.penny.api.WasiOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code penny inspect}. */
@Command(name = "inspect", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Shows a module's functions, imports (and whether Penny has them), memory and features. "
                + "Exit code 1 if it would not load.")
final class InspectCommand implements Callable<Integer> {

    @ParentCommand
    private PennyCommand penny;

    @Parameters(paramLabel = "MODULE", description = "A .wasm, .js or .mjs file, or java:CLASS.")
    private String module;

    @Option(names = "--json", description = "As one JSON object.")
    private boolean json;

    @Option(names = "--wasi", description = "As if loaded with --wasi.")
    private boolean wasi;

    @Option(names = "--class-path", paramLabel = "PATH", description = "Where the class of java:CLASS is found, as for java -cp.")
    private String classPath = "";

    @Override
    public Integer call() throws IOException {
        ModuleArgument argument = ModuleArgument.parse(penny.terminal(), module, classPath);
        LoadOptions options = wasi ? LoadOptions.DEFAULT.withWasi(WasiOptions.DEFAULT) : LoadOptions.DEFAULT;
        ModuleInspection found;
        try (Penny runtime = Penny.builder().workers(1).build()) {
            found = argument.inspect(runtime, options);
        }
        penny.terminal().out().write((json ? json(found) : text(found)).getBytes(StandardCharsets.UTF_8));
        return found.problems().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    static String text(ModuleInspection found) {
        StringBuilder text = new StringBuilder("%s, %s%s%n".formatted(
                Text.oneLine(found.name()), kind(found), found.sizeBytes() == 0 ? "" : ", %,d bytes".formatted(found.sizeBytes())));
        Table functions = new Table();
        for (ModuleInspection.Function function : found.functions()) {
            String types = signatures(function).isEmpty() ? function.nativeType() : String.join(" or ", signatures(function));
            functions.row("  " + Text.oneLine(function.name()), types, function.obstacle().map(why -> "not a task: " + why).orElse(""));
        }
        section(text, "Functions", functions, found.functions());
        Table imports = new Table();
        for (ModuleInspection.Import one : found.imports()) {
            String verdict = one.refusal().map(why -> "REFUSED: " + why).orElse("provided");
            imports.row("  " + Text.oneLine(one.name()), one.kind(), one.type(), verdict);
        }
        section(text, "Imports", imports, found.imports());
        Table memories = new Table();
        for (ModuleInspection.Memory memory : found.memories()) {
            memories.row("  %s%s".formatted(memory.imported() ? "imported" : "own", memory.shared() ? ", shared" : ""),
                    "at least %,d bytes".formatted(memory.minBytes()), most(memory.maxBytes()));
        }
        section(text, "Memory", memories, found.memories());
        String features = found.features().stream()
                .map(feature -> feature.name() + (feature.supported() ? "" : " (NOT SUPPORTED)")).collect(Collectors.joining(", "));
        section(text, "Features", new Table().row("  " + features), found.features());
        String sections = found.customSections().stream()
                .map(one -> "%s (%,d bytes)".formatted(Text.oneLine(one.name()), one.sizeBytes())).collect(Collectors.joining(", "));
        section(text, "Custom sections", new Table().row("  " + sections), found.customSections());
        Table problems = new Table();
        found.problems().forEach(problem -> problems.row("  " + Text.oneLine(problem)));
        section(text, "It would not load", problems, found.problems());
        return text.toString();
    }

    private static void section(StringBuilder text, String title, Table table, List<?> content) {
        if (!content.isEmpty()) {
            text.append('\n').append(title).append('\n').append(table);
        }
    }

    static String json(ModuleInspection found) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("name", found.name());
        all.put("kind", kind(found));
        all.put("bytes", found.sizeBytes());
        all.put("loads", found.problems().isEmpty());
        all.put("problems", found.problems());
        all.put("functions", found.functions().stream().map(function -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", function.name());
            one.put("signatures", signatures(function));
            one.put("nativeType", function.nativeType());
            function.obstacle().ifPresent(why -> one.put("obstacle", why));
            return one;
        }).toList());
        all.put("imports", found.imports().stream().map(wanted -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", wanted.name());
            one.put("kind", wanted.kind());
            one.put("type", wanted.type());
            one.put("satisfied", wanted.satisfied());
            wanted.refusal().ifPresent(why -> one.put("refusal", why));
            return one;
        }).toList());
        all.put("memories", found.memories().stream().map(memory -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("imported", memory.imported());
            one.put("shared", memory.shared());
            one.put("minBytes", memory.minBytes());
            memory.maxBytes().ifPresent(bytes -> one.put("maxBytes", bytes));
            return one;
        }).toList());
        all.put("features", found.features());
        all.put("customSections", found.customSections());
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all) + "\n";
    }

    private static String kind(ModuleInspection found) {
        return found.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static List<String> signatures(ModuleInspection.Function function) {
        return function.signatures().stream().map(Signature::toString).toList();
    }

    private static String most(OptionalLong bytes) {
        return bytes.isPresent() ? "at most %,d".formatted(bytes.getAsLong()) : "no limit of its own";
    }
}
