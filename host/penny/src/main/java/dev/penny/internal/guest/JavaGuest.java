package dev.penny.internal.guest;

import dev.penny.api.LinkException;
import dev.penny.api.LoadException;
import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskModule.ModuleKind;
import dev.penny.internal.core.HostTask;
import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.vtable.HostThunks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A module of Java lambdas or of the annotated methods of a class. Its tasks run on any worker, on several at once. */
public final class JavaGuest implements Guest {

    private final String name;
    /** By {@code name(signature)}: methods may be overloaded. */
    private final Map<String, JavaFunction> functions;
    private final HostThunks thunks;
    private final BlockingTask.Waiting waiting = new BlockingTask.Waiting();

    private JavaGuest(String name, List<JavaFunction> functions) {
        this.name = name;
        this.functions = byNameAndSignature(name, functions);
        this.thunks = new HostThunks(name);
    }

    /**
     * A module of lambdas.
     *
     * @throws LoadException there is no function
     * @throws LinkException two functions have the same name and signature
     */
    public static JavaGuest of(String name, List<JavaFunction> functions) {
        if (functions.isEmpty()) {
            throw new LoadException("the module has no function: module=" + name);
        }
        return new JavaGuest(name, functions);
    }

    /**
     * The methods of a class that carry {@link dev.penny.api.Task}.
     *
     * @throws LoadException no method is marked, or one is not public and static
     * @throws SignatureException a type is not supported
     * @throws LinkException two methods have the same name and signature
     */
    public static JavaGuest ofClass(String name, Class<?> tasks) {
        return new JavaGuest(name, TaskMethods.of(tasks));
    }

    private static Map<String, JavaFunction> byNameAndSignature(String module, List<JavaFunction> functions) {
        Map<String, JavaFunction> found = new LinkedHashMap<>();
        for (JavaFunction function : functions) {
            if (found.putIfAbsent(function.name() + function.signature(), function) != null) {
                throw new LinkException("two functions have the same name and signature: module=%s, function=%s%s; give one another name"
                        .formatted(module, function.name(), function.signature()));
            }
        }
        return found;
    }

    private List<JavaFunction> named(String function) {
        return functions.values().stream().filter(candidate -> candidate.name().equals(function)).toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ModuleKind kind() {
        return ModuleKind.JAVA;
    }

    @Override
    public List<GuestFunction> functions() {
        return functions.values().stream()
                .map(function -> new GuestFunction(function.name(), List.of(function.signature()), function.signature().toString()))
                .toList();
    }

    @Override
    public void check(String function, Signature signature) {
        if (functions.containsKey(function + signature)) {
            return;
        }
        List<JavaFunction> others = named(function);
        if (others.isEmpty()) {
            throw NearNames.unknownFunction(name, function, functions.values().stream().map(JavaFunction::name).toList());
        }
        throw new SignatureException("the function has another signature: module=%s, function=%s, signature=%s, declared=%s".formatted(name,
                function, signature, others.stream().map(other -> other.signature().toString()).collect(Collectors.joining(" "))));
    }

    @Override
    public boolean blocking(String function, Signature signature) {
        JavaFunction found = functions.get(function + signature);
        return found != null && found.blocking();
    }

    @Override
    public GuestInstance instantiate(WorkerLink link) {
        return new Instance(link);
    }

    private HostTask task(WorkerLink link, JavaFunction function) {
        CallShape shape = new CallShape(name, function.name(), function.signature());
        return function.blocking()
                ? new BlockingTask(link, waiting, shape, "penny-blocking-" + name + "/" + function.name(), function.task())
                : new RecordCall(link, shape, function.task());
    }

    /** The module in one worker: only the objects that its calls reuse. */
    private final class Instance implements GuestInstance {

        private final WorkerLink link;

        Instance(WorkerLink link) {
            this.link = link;
        }

        @Override
        public void bind(List<BoundFunction> bound) {
            for (BoundFunction function : bound) {
                link.bindHostTask(function.slot(), task(link, functions.get(function.name() + function.signature())));
            }
            thunks.place(link, bound.stream().map(BoundFunction::slot).toList());
        }

        @Override
        public boolean survivesTrap() {
            return true;
        }
    }
}
