package dev.penny.internal.guest;

import dev.penny.api.JavaTask;
import dev.penny.api.LinkException;
import dev.penny.api.LoadException;
import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.Task;
import dev.penny.api.TaskCall;
import dev.penny.api.ValueType;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Turns methods marked with {@link Task} into {@link JavaTask}s. Each gets a small generated class
 * {@code call -> call.result(method(call.i32(0), ...))} around a constant method handle, which the JVM compiles like a direct call:
 * nothing is boxed and nothing is looked up at run time.
 */
final class TaskMethods {

    private static final String KNOWN = "int long float double byte[] String, ByteBuffer for parameters, void for results";
    private static final ClassDesc CALL = TaskCall.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc RUN_TYPE = MethodTypeDesc.of(ConstantDescs.CD_void, CALL);
    private static final DynamicConstantDesc<MethodHandle> CLASS_DATA = DynamicConstantDesc.ofNamed(
            ConstantDescs.ofConstantBootstrap(ConstantDescs.CD_MethodHandles, "classData", ConstantDescs.CD_Object),
            ConstantDescs.DEFAULT_NAME, ConstantDescs.CD_MethodHandle);

    private TaskMethods() { }

    /**
     * The task functions of a class, by name.
     *
     * @throws LoadException the class or a marked method is not public, a marked method is not static, or none is marked
     * @throws SignatureException a type is not supported
     */
    static List<JavaFunction> of(Class<?> tasks) {
        List<JavaFunction> functions = new ArrayList<>();
        Method[] declared = declared(tasks);
        Arrays.sort(declared, Comparator.comparing(Method::toGenericString));
        for (Method method : declared) {
            Task task = method.getAnnotation(Task.class);
            if (task != null && !method.isBridge()) {
                String name = task.name().isEmpty() ? method.getName() : task.name();
                functions.add(new JavaFunction(name, signature(method), adapter(method), task.blocking()));
            }
        }
        if (functions.isEmpty()) {
            throw new LoadException("no method is marked as a task: class=%s, annotation=@Task".formatted(tasks.getName()));
        }
        return functions;
    }

    /** To list its methods the JVM loads every class that they name. */
    private static Method[] declared(Class<?> tasks) {
        try {
            return tasks.getDeclaredMethods();
        } catch (LinkageError e) {
            throw new LoadException("class cannot be loaded: class=%s, reason=%s".formatted(tasks.getName(), e), e);
        }
    }

    private static Signature signature(Method method) {
        List<ValueType> parameters = new ArrayList<>();
        for (Class<?> type : method.getParameterTypes()) {
            parameters.add(type == ByteBuffer.class ? ValueType.BYTES
                    : valueType(type).orElseThrow(() -> unsupported(method, "parameter", type)));
        }
        Class<?> result = method.getReturnType();
        if (result == void.class) {
            return new Signature(parameters, Optional.empty());
        }
        return new Signature(parameters, Optional.of(valueType(result).orElseThrow(() -> unsupported(method, "result", result))));
    }

    private static Optional<ValueType> valueType(Class<?> type) {
        if (type == int.class) {
            return Optional.of(ValueType.I32);
        } else if (type == long.class) {
            return Optional.of(ValueType.I64);
        } else if (type == float.class) {
            return Optional.of(ValueType.F32);
        } else if (type == double.class) {
            return Optional.of(ValueType.F64);
        } else if (type == byte[].class) {
            return Optional.of(ValueType.BYTES);
        }
        return type == String.class ? Optional.of(ValueType.STRING) : Optional.empty();
    }

    private static SignatureException unsupported(Method method, String what, Class<?> type) {
        return new SignatureException("unsupported type: method=%s, %s=%s, known=%s"
                .formatted(text(method), what, type.getTypeName(), KNOWN));
    }

    private static String text(Method method) {
        return method.getDeclaringClass().getName() + "." + method.getName();
    }

    private static JavaTask adapter(Method method) {
        if (!Modifier.isStatic(method.getModifiers()) || !Modifier.isPublic(method.getModifiers())
                || !Modifier.isPublic(method.getDeclaringClass().getModifiers())) {
            throw new LoadException("a task must be a public static method of a public class: method=%s, modifiers=%s, class=%s"
                    .formatted(text(method), Modifier.toString(method.getModifiers()),
                            Modifier.toString(method.getDeclaringClass().getModifiers())));
        }
        try {
            MethodHandle target = MethodHandles.publicLookup().unreflect(method).asFixedArity();
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            Class<?> generated = lookup.defineHiddenClassWithClassData(bytecode(lookup.lookupClass(), target), target, true).lookupClass();
            return (JavaTask) generated.getDeclaredConstructor().newInstance();
        } catch (IllegalAccessException e) {
            throw new LoadException("a task's class must be in an exported package: method=%s, module=%s"
                    .formatted(text(method), method.getDeclaringClass().getModule().getName()), e);
        } catch (ReflectiveOperationException e) {
            throw new LinkException("cannot generate the adapter of a task: method=%s, reason=%s".formatted(text(method), e), e);
        }
    }

    private static byte[] bytecode(Class<?> neighbour, MethodHandle target) {
        MethodTypeDesc type = target.type().describeConstable().orElseThrow();
        ClassDesc self = ClassDesc.of(neighbour.getPackageName(), "TaskMethod");
        return ClassFile.of().build(self, builder -> builder
                .withFlags(Modifier.FINAL)
                .withInterfaceSymbols(JavaTask.class.describeConstable().orElseThrow())
                .withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, Modifier.PUBLIC, code -> code
                        .aload(0)
                        .invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                        .return_())
                .withMethodBody("run", RUN_TYPE, Modifier.PUBLIC, code -> {
                    boolean hasResult = !type.returnType().equals(ConstantDescs.CD_void);
                    if (hasResult) {
                        code.aload(1);
                    }
                    code.ldc(CLASS_DATA);
                    for (int i = 0; i < type.parameterCount(); i++) {
                        loadArgument(code, i, type.parameterType(i));
                    }
                    code.invokevirtual(ConstantDescs.CD_MethodHandle, "invokeExact", type);
                    if (hasResult) {
                        code.invokeinterface(CALL, "result", MethodTypeDesc.of(ConstantDescs.CD_void, type.returnType()));
                    }
                    code.return_();
                }));
    }

    private static void loadArgument(CodeBuilder code, int index, ClassDesc type) {
        String accessor = switch (type.displayName()) {
            case "int" -> "i32";
            case "long" -> "i64";
            case "float" -> "f32";
            case "double" -> "f64";
            case "ByteBuffer" -> "view";
            case "String" -> "string";
            default -> "bytes";
        };
        code.aload(1).loadConstant(index).invokeinterface(CALL, accessor, MethodTypeDesc.of(type, ConstantDescs.CD_int));
    }
}
