package dev.penny.internal.guest;

import dev.penny.api.GraphException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a wasm guest says about a graph it wants to run, read out of its memory; {@code guest-modules/sdk/penny_graph.h} has the other side.
 * Nothing in it is trusted: every address is compared with the memory, every count with a limit and every number of a task with their
 * count. What it holds is copied, so a guest that changes the memory meanwhile changes nothing here.
 *
 * @param tasks in the order in which they were added
 * @param orders pairs of tasks that run one after the other
 */
record GraphDescription(List<Task> tasks, List<Order> orders) {

    static final int HEADER_BYTES = 32;
    static final int MESSAGE = 24;
    static final int TASK_BYTES = 48;
    static final int TASK_STATE = 32;
    static final int TASKS_MAX = 1 << 16;

    private static final int ARGUMENT_BYTES = 16;
    private static final int ARGUMENTS_MAX = 8 * TASKS_MAX;
    private static final int ORDER_BYTES = 8;
    private static final int ORDERS_MAX = 1 << 20;
    private static final int NAME_BYTES_MAX = 1024;
    /** Of all arguments together: the bytes are copied, and a table of few bytes can name the same ones again and again. */
    private static final int BLOCK_BYTES_MAX = 1 << 27;
    private static final int KEEP = 1;
    private static final int HIGH = 2;
    private static final int LOW = 4;

    /**
     * A task.
     *
     * @param name empty if it has none
     * @param at where its record lies
     * @param keep its bytes are wanted
     * @param priority above 0 high, below 0 low
     * @param worker the only one that may run it, -1 for any
     */
    record Task(String name, String function, List<Argument> arguments, int at, boolean keep, int priority, int worker) { }

    /** One runs after the other. */
    record Order(int before, int after) { }

    /** An argument of a task. */
    sealed interface Argument {

        /** The bits of a number. */
        record Word(long bits) implements Argument { }

        /** Bytes or text. */
        record Block(byte[] bytes) implements Argument { }

        /** The result of an earlier task. */
        record Result(int task) implements Argument { }
    }

    /**
     * Reads it.
     *
     * @param memory the guest's
     * @param pointer where the header lies
     * @param headerBytes what the guest believes a header has
     * @throws GraphException it makes no sense; the message names what, the value and the limit
     */
    static GraphDescription read(ByteBuffer memory, int pointer, int headerBytes) {
        Reader reader = new Reader(memory.duplicate().order(ByteOrder.LITTLE_ENDIAN));
        if (headerBytes != HEADER_BYTES) {
            throw new GraphException("penny.graph_run: another version of the header: bytes=%d, expected=%d"
                    .formatted(Integer.toUnsignedLong(headerBytes), HEADER_BYTES));
        }
        reader.require("the header", pointer, 1, HEADER_BYTES, 1);
        Table tasks = reader.table("tasks", pointer, TASKS_MAX, TASK_BYTES);
        Table arguments = reader.table("arguments", pointer + 8, ARGUMENTS_MAX, ARGUMENT_BYTES);
        Table orders = reader.table("orders", pointer + 16, ORDERS_MAX, ORDER_BYTES);
        List<Task> readTasks = new ArrayList<>(tasks.count());
        for (int i = 0; i < tasks.count(); i++) {
            readTasks.add(reader.task(i, tasks.at() + i * TASK_BYTES, arguments));
        }
        List<Order> readOrders = new ArrayList<>(orders.count());
        for (int i = 0; i < orders.count(); i++) {
            int at = orders.at() + i * ORDER_BYTES;
            readOrders.add(new Order(reader.taskIndex("order", i, reader.word(at), tasks.count()),
                    reader.taskIndex("order", i, reader.word(at + 4), tasks.count())));
        }
        return new GraphDescription(List.copyOf(readTasks), List.copyOf(readOrders));
    }

    /** Where records lie, and how many: read once, for a shared memory may change meanwhile. */
    private record Table(int at, int count) { }

    /** Reads with checks. */
    private static final class Reader {

        private final ByteBuffer memory;
        private long blockBytes;

        Reader(ByteBuffer memory) {
            this.memory = memory;
        }

        int word(int at) {
            return memory.getInt(at);
        }

        /** An address and the count behind it, both checked. */
        Table table(String what, int at, int limit, int bytes) {
            Table table = new Table(word(at), word(at + 4));
            require(what, table.at(), table.count(), bytes, limit);
            return table;
        }

        void require(String what, int pointer, int count, int bytes, int limit) {
            long start = Integer.toUnsignedLong(pointer);
            if (count < 0 || count > limit) {
                throw new GraphException("penny.graph_run: too many %s: count=%d, limit=%d".formatted(what, Integer.toUnsignedLong(count), limit));
            }
            if (start + (long) count * bytes > memory.capacity()) {
                throw new GraphException("penny.graph_run: %s lie outside of the guest's memory: ptr=%d, bytes=%d, memoryBytes=%d"
                        .formatted(what, start, (long) count * bytes, memory.capacity()));
            }
        }

        private byte[] bytes(String what, int pointer, int length, int limit) {
            require(what, pointer, length, 1, limit);
            byte[] bytes = new byte[length];
            memory.get(pointer, bytes);
            return bytes;
        }

        Task task(int index, int at, Table arguments) {
            String name = new String(bytes("the bytes of a name", word(at), word(at + 4), NAME_BYTES_MAX), StandardCharsets.UTF_8);
            String function = new String(bytes("the bytes of a function's name", word(at + 8), word(at + 12), NAME_BYTES_MAX),
                    StandardCharsets.UTF_8);
            long first = Integer.toUnsignedLong(word(at + 16));
            long count = Integer.toUnsignedLong(word(at + 20));
            if (first + count > arguments.count()) {
                throw new GraphException("penny.graph_run: arguments of a task outside of the table: task=%d, first=%d, count=%d, arguments=%d"
                        .formatted(index, first, count, arguments.count()));
            }
            int flags = word(at + 24);
            if ((flags & ~(KEEP | HIGH | LOW)) != 0) {
                throw new GraphException("penny.graph_run: unknown flags of a task: task=%d, flags=0x%x, known=0x%x"
                        .formatted(index, flags, KEEP | HIGH | LOW));
            }
            List<Argument> read = new ArrayList<>((int) count);
            for (long i = first; i < first + count; i++) {
                read.add(argument(index, arguments.at() + (int) i * ARGUMENT_BYTES));
            }
            int priority = ((flags & HIGH) != 0 ? 1 : 0) - ((flags & LOW) != 0 ? 1 : 0);
            return new Task(name, function, List.copyOf(read), at, (flags & KEEP) != 0, priority, word(at + 28) - 1);
        }

        private Argument argument(int task, int at) {
            int index = word(at + 4);
            long value = memory.getLong(at + 8);
            int kind = word(at);
            return switch (kind) {
                case 0 -> new Argument.Word(value);
                case 1 -> new Argument.Block(block((int) value, index));
                // Only an earlier one: results cannot go in circles then.
                case 2 -> new Argument.Result(taskIndex("an argument of task", task, index, task));
                default -> throw new GraphException("penny.graph_run: unknown kind of argument: task=%d, kind=%d, known=0, 1, 2"
                        .formatted(task, Integer.toUnsignedLong(kind)));
            };
        }

        private byte[] block(int pointer, int length) {
            require("the bytes of an argument", pointer, length, 1, BLOCK_BYTES_MAX);
            blockBytes += length;
            if (blockBytes > BLOCK_BYTES_MAX) {
                throw new GraphException("penny.graph_run: too many bytes of arguments: bytes=%d, limit=%d".formatted(blockBytes, BLOCK_BYTES_MAX));
            }
            return bytes("the bytes of an argument", pointer, length, BLOCK_BYTES_MAX);
        }

        int taskIndex(String what, int number, int index, int limit) {
            if (index < 0 || index >= limit) {
                throw new GraphException("penny.graph_run: %s %d names a task that is not there, or not yet: named=%d, tasks=%d"
                        .formatted(what, number, Integer.toUnsignedLong(index), limit));
            }
            return index;
        }
    }
}
