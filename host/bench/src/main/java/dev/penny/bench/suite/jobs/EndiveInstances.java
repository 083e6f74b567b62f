package dev.penny.bench.suite.jobs;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.ExportFunction;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

/** The side of {@link Endive} that is compiled against the engine. */
public final class EndiveInstances implements Supplier<Endive.Instance> {

    private static final FunctionType LOG = FunctionType.of(List.of(ValType.I32, ValType.I32, ValType.I32), List.of());

    private final WasmModule module;
    private final Function<Instance, Machine> machines;

    /** Compiles the module. */
    public EndiveInstances(Path file) {
        module = Parser.parse(file);
        machines = MachineFactoryCompiler.compile(module);
    }

    /** Messages of the module are dropped. */
    @Override
    public Endive.Instance get() {
        ImportValues imports = ImportValues.builder().addFunction(new HostFunction("penny", "log", LOG, (_, _) -> null)).build();
        return new Adapter(Instance.builder(module).withImportValues(imports).withMachineFactory(machines).build());
    }

    private record Adapter(Instance instance) implements Endive.Instance {

        @Override
        public Endive.Call function(String name) {
            ExportFunction function = instance.export(name);
            return arguments -> {
                long[] results = function.apply(arguments);
                return results == null || results.length == 0 ? 0 : results[0];
            };
        }

        @Override
        public byte[] read(int address, int length) {
            return instance.memory().readBytes(address, length);
        }

        @Override
        public void write(int address, byte[] bytes) {
            instance.memory().write(address, bytes);
        }
    }
}
