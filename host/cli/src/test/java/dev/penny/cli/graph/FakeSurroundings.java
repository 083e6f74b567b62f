package dev.penny.cli.graph;

import dev.penny.api.Signature;
import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A folder with a few files, and modules whose functions cannot be called. */
final class FakeSurroundings implements Surroundings {

    /** Every module but {@code lost.wasm} has these. */
    static final Map<String, String> FUNCTIONS = Map.ofEntries(Map.entry("add", "(i32,i32)->i32"), Map.entry("neg", "(i32)->i32"),
            Map.entry("big", "(i64)->i64"), Map.entry("half", "(f64)->f64"), Map.entry("sha256", "(bytes)->bytes"),
            Map.entry("shout", "(string)->string"), Map.entry("page", "(string,string)->string"), Map.entry("show", "(i32)->()"),
            Map.entry("zero", "()->i32"), Map.entry("pair", "(bytes,bytes)->bytes"));

    private static final Set<String> FILES = Set.of("a.txt", "b.txt", "deep/c.txt", "text of a.txt");

    final List<String> asked = new ArrayList<>();

    @Override
    public List<String> files(List<String> globs) {
        return switch (globs.getFirst()) {
            case "*.txt" -> List.of("a.txt", "b.txt");
            case "**/*.txt" -> List.of("a.txt", "b.txt", "deep/c.txt");
            default -> throw new Refusal("no file matches: glob='%s'".formatted(globs.getFirst()));
        };
    }

    @Override
    public String input(String file) {
        if (!FILES.contains(file)) {
            throw new Refusal("cannot read: file=%s, reason=no such file".formatted(file));
        }
        asked.add(file);
        return file;
    }

    @Override
    public String output(String file) {
        if (file.equals("folder")) {
            throw new Refusal("cannot write: file=folder, reason=it is a directory");
        }
        return identity(file);
    }

    @Override
    public String identity(String file) {
        return file.replace("./", "");
    }

    @Override
    public void load(String name, ModuleSource source) {
        asked.add("load " + name);
        if (source.module().equals("lost.wasm")) {
            throw new Refusal("module not found: file=lost.wasm");
        }
    }

    @Override
    public TaskFunction<?> function(String module, String function) {
        if (!FUNCTIONS.containsKey(function)) {
            throw new Refusal("no such function: module=%s, function=%s%s".formatted(module, function, Mistakes.near(function, FUNCTIONS.keySet())));
        }
        return function(module, function, Signature.parse(FUNCTIONS.get(function)));
    }

    private static TaskFunction<?> function(String module, String name, Signature signature) {
        return (TaskFunction<?>) Proxy.newProxyInstance(FakeSurroundings.class.getClassLoader(), new Class<?>[] {TaskFunction.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "name" -> name;
                    case "signature" -> signature;
                    case "mangledName", "toString" -> module + "/" + name + signature;
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Override
    public Object value(ValueType type, String text) {
        try {
            return switch (type) {
                case I32 -> Integer.parseInt(text);
                case I64 -> Long.parseLong(text);
                case F32 -> Float.parseFloat(text);
                case F64 -> Double.parseDouble(text);
                case BYTES -> text.getBytes(StandardCharsets.UTF_8);
                case STRING -> text;
            };
        } catch (NumberFormatException e) {
            throw new Refusal("not a number: value='%s', type=%s".formatted(text, type.text()), e);
        }
    }

    @Override
    public int workers() {
        return 2;
    }
}
