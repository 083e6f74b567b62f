package dev.penny.internal.vtable;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes a wasm module. Imports come before definitions of the same kind, because they take the first indices.
 *
 * <p><b>Source:</b> WebAssembly core specification 2.0, chapter 5 (binary format), with the threads and multi-memory proposals.
 */
public final class WasmWriter {

    /** Kinds of imports and exports. */
    public enum Kind { FUNCTION, TABLE, MEMORY, GLOBAL }

    /** A memory's limits in pages of 64 KiB. */
    public record Pages(int min, int max, boolean shared) { }

    private static final int FUNCREF = 0x70;
    private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};

    private final Entries types = new Entries();
    private final List<List<List<WasmType>>> typeKeys = new ArrayList<>();
    private final Entries imports = new Entries();
    private final Entries functions = new Entries();
    private final Entries tables = new Entries();
    private final Entries memories = new Entries();
    private final Entries globals = new Entries();
    private final Entries exports = new Entries();
    private final Entries elements = new Entries();
    private final Entries code = new Entries();
    private final Entries data = new Entries();
    private final List<byte[]> customs = new ArrayList<>();
    private final int[] imported = new int[Kind.values().length];
    private int start = -1;

    /** The index of a function type, made if it is new. */
    public int type(List<WasmType> parameters, List<WasmType> results) {
        List<List<WasmType>> key = List.of(List.copyOf(parameters), List.copyOf(results));
        int known = typeKeys.indexOf(key);
        if (known >= 0) {
            return known;
        }
        typeKeys.add(key);
        ByteWriter entry = new ByteWriter().u8(0x60);
        for (List<WasmType> half : key) {
            entry.unsigned(half.size());
            half.forEach(type -> entry.u8(type.code()));
        }
        return types.add(entry);
    }

    /** Imports a function and returns its index. */
    public int importFunction(String module, String name, List<WasmType> parameters, List<WasmType> results) {
        int type = type(parameters, results);
        return imported(Kind.FUNCTION, functions, entry(module, name).u8(0).unsigned(type));
    }

    /** Imports a table of functions with at least {@code min} entries. */
    public int importTable(String module, String name, int min) {
        return imported(Kind.TABLE, tables, entry(module, name).u8(1).u8(FUNCREF).u8(0).unsigned(min));
    }

    /** Imports a memory. */
    public int importMemory(String module, String name, Pages pages) {
        return imported(Kind.MEMORY, memories, limits(entry(module, name).u8(2), pages));
    }

    /** Imports an unshared memory of any size. */
    public int importMemory(String module, String name) {
        return imported(Kind.MEMORY, memories, entry(module, name).u8(2).u8(0).unsigned(0));
    }

    /** Defines a function. {@code locals} follow the parameters in the index space. */
    public int function(List<WasmType> parameters, List<WasmType> results, List<WasmType> locals, CodeWriter body) {
        functions.add(new ByteWriter().unsigned(type(parameters, results)));
        ByteWriter entry = new ByteWriter().unsigned(locals.size());
        locals.forEach(type -> entry.unsigned(1).u8(type.code()));
        entry.raw(body.toByteArray()).u8(0x0B);
        code.add(new ByteWriter().sized(entry.toByteArray()));
        return index(Kind.FUNCTION, functions);
    }

    /** Defines a table of exactly {@code size} functions. */
    public int table(int size) {
        tables.add(new ByteWriter().u8(FUNCREF).u8(1).unsigned(size).unsigned(size));
        return index(Kind.TABLE, tables);
    }

    /** Defines a memory. */
    public int memory(Pages pages) {
        memories.add(limits(new ByteWriter(), pages));
        return index(Kind.MEMORY, memories);
    }

    /** Defines a memory without a maximum. */
    public int memory(int minPages) {
        memories.add(new ByteWriter().u8(0).unsigned(minPages));
        return index(Kind.MEMORY, memories);
    }

    /** Defines a global with a constant initial value. */
    public int global(WasmType type, boolean mutable, CodeWriter value) {
        globals.add(new ByteWriter().u8(type.code()).u8(mutable ? 1 : 0).raw(value.toByteArray()).u8(0x0B));
        return index(Kind.GLOBAL, globals);
    }

    /** Exports something. */
    public WasmWriter export(String name, Kind kind, int index) {
        exports.add(new ByteWriter().name(name).u8(kind.ordinal()).unsigned(index));
        return this;
    }

    /** Names the start function. */
    public WasmWriter start(int function) {
        start = function;
        return this;
    }

    /** Puts functions into table 0 from {@code offset} on when the module is instantiated. */
    public WasmWriter elements(int offset, List<Integer> functionIndices) {
        ByteWriter entry = new ByteWriter().unsigned(0).raw(new CodeWriter().i32Const(offset).end().toByteArray());
        entry.unsigned(functionIndices.size());
        functionIndices.forEach(entry::unsigned);
        elements.add(entry);
        return this;
    }

    /** Declares a function as one that {@code ref.func} may name. */
    public WasmWriter declare(int function) {
        elements.add(new ByteWriter().unsigned(3).u8(0).unsigned(1).unsigned(function));
        return this;
    }

    /** Initial contents of memory 0. */
    public WasmWriter data(int offset, byte[] bytes) {
        data.add(new ByteWriter().unsigned(0).raw(new CodeWriter().i32Const(offset).end().toByteArray()).sized(bytes));
        return this;
    }

    /** A custom section at the end of the module. */
    public WasmWriter custom(String name, byte[] contents) {
        customs.add(new ByteWriter().name(name).raw(contents).toByteArray());
        return this;
    }

    /** The module's bytes. */
    public byte[] toByteArray() {
        ByteWriter out = new ByteWriter().raw(HEADER);
        Entries[] inOrder = {types, imports, functions, tables, memories, globals, exports};
        for (int i = 0; i < inOrder.length; i++) {
            section(out, i + 1, inOrder[i]);
        }
        if (start >= 0) {
            section(out, 8, new ByteWriter().unsigned(start).toByteArray());
        }
        section(out, 9, elements);
        section(out, 10, code);
        section(out, 11, data);
        customs.forEach(contents -> section(out, 0, contents));
        return out.toByteArray();
    }

    /** The eight bytes every module begins with. */
    public static byte[] header() {
        return HEADER.clone();
    }

    /** Appends one section to a module. */
    public static void section(ByteWriter out, int id, byte[] contents) {
        out.u8(id).sized(contents);
    }

    private static void section(ByteWriter out, int id, Entries entries) {
        if (entries.count > 0) {
            section(out, id, new ByteWriter().unsigned(entries.count).raw(entries.bytes.toByteArray()).toByteArray());
        }
    }

    private int imported(Kind kind, Entries defined, ByteWriter entry) {
        if (defined.count > 0) {
            throw new IllegalStateException("imports come before definitions: kind=" + kind);
        }
        imports.add(entry);
        return imported[kind.ordinal()]++;
    }

    private int index(Kind kind, Entries defined) {
        return imported[kind.ordinal()] + defined.count - 1;
    }

    private static ByteWriter entry(String module, String name) {
        return new ByteWriter().name(module).name(name);
    }

    private static ByteWriter limits(ByteWriter out, Pages pages) {
        return out.u8(pages.shared() ? 3 : 1).unsigned(pages.min()).unsigned(pages.max());
    }

    private static final class Entries {
        private final ByteWriter bytes = new ByteWriter();
        private int count;

        int add(ByteWriter entry) {
            bytes.raw(entry.toByteArray());
            return count++;
        }
    }
}
