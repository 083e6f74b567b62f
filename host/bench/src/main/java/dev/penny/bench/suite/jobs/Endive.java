package dev.penny.bench.suite.jobs;

import dev.penny.bench.suite.Setup;
import java.util.function.Function;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;
import java.util.List;

/** A guest module in the engine Endive, compiled to Java bytecode once, with an instance per thread. */
final class Endive {

    private final WasmModule module;
    private final Function<Instance, Machine> machines;

    Endive(String path) {
        module = Parser.parse(Setup.guestPath(path));
        machines = MachineFactoryCompiler.compile(module);
    }

    /** A new instance; messages of the module are dropped. */
    Instance instance() {
        FunctionType log = FunctionType.of(List.of(ValType.I32, ValType.I32, ValType.I32), List.of());
        ImportValues imports = ImportValues.builder().addFunction(new HostFunction("penny", "log", log, (_, _) -> null)).build();
        return Instance.builder(module).withImportValues(imports).withMachineFactory(machines).build();
    }
}
