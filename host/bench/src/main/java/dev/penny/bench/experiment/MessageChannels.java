package dev.penny.bench.experiment;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;

/**
 * Ways to hand messages to another thread. In all of them the producer writes every word of a message and the consumer reads every word,
 * at most {@link #WINDOW} messages are on their way, and the consumer's sum is returned.
 */
final class MessageChannels {

    private static final int WINDOW = 16;
    private static final int SPINS = 1_000;

    private MessageChannels() { }

    /** The sum of what is written into {@code messages} messages. */
    static long expected(int bytes, int messages) {
        long sum = 0;
        for (int number = 0; number < messages; number++) {
            sum += number;
            for (int word = 0; word < bytes / Long.BYTES; word++) {
                sum += number + word;
            }
        }
        return sum;
    }

    private static void fill(long[] words, int number) {
        for (int word = 0; word < words.length; word++) {
            words[word] = number + word;
        }
    }

    private static long sum(long[] words, int number) {
        long sum = number;
        for (long word : words) {
            sum += word;
        }
        return sum;
    }

    /** A method of its own: one for all kinds of buffers would be slow for each. */
    private static long sum(ByteBuffer words, int number) {
        long sum = number;
        for (int at = 0; at < words.limit(); at += Long.BYTES) {
            sum += words.getLong(at);
        }
        return sum;
    }

    private static byte[] toBytes(long[] words) {
        byte[] bytes = new byte[words.length * Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(words);
        return bytes;
    }

    private static long[] toWords(byte[] bytes) {
        long[] words = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
        return words;
    }

    /** Every way by name, the floor first. */
    static Map<String, LongSupplier> all(int bytes, int messages, Resources resources) {
        ExecutorService consumer = resources.shared("consumer", Executors::newSingleThreadExecutor);
        Receiver receiver = resources.shared("receiver", Receiver::new);
        long[][] slots = new long[WINDOW][bytes / Long.BYTES];
        Map<String, LongSupplier> all = new LinkedHashMap<>();
        all.put(MessagePassing.ONE_THREAD, () -> oneThread(slots, messages));
        all.put("shared-words", () -> sharedWords(slots, messages, consumer));
        all.put("blocking-queue", () -> queue(bytes, messages, consumer));
        all.put("serialised-copy", () -> serialised(bytes, messages, consumer));
        all.put("penny-word", () -> {
            receiver.slots = slots;
            return window(messages, number -> {
                fill(slots[number % WINDOW], number);
                return receiver.word.submit(number);
            });
        });
        all.put("penny-bytes", () -> window(messages, number -> {
            fill(slots[0], number);
            return receiver.copy.submit(number, toBytes(slots[0]));
        }));
        return all;
    }

    /** Penny with one worker, and the tasks that read messages. */
    private static final class Receiver implements AutoCloseable {

        private final Penny penny = Penny.builder().workers(1).build();
        private final TaskFunction<Long> word;
        private final TaskFunction<Long> copy;
        /** Submission publishes it. */
        private long[][] slots = new long[0][];

        Receiver() {
            TaskModule module = penny.javaModule("messages")
                    .function("word", "(i32)->i64", call -> call.result(sum(slots[call.i32(0) % WINDOW], call.i32(0))))
                    .function("copy", "(i32,bytes)->i64", call -> call.result(sum(call.view(1), call.i32(0)))).register();
            word = module.function("word", "(i32)->i64", Long.class);
            copy = module.function("copy", "(i32,bytes)->i64", Long.class);
        }

        @Override
        public void close() {
            penny.close();
        }
    }

    private static long oneThread(long[][] slots, int messages) {
        long sum = 0;
        for (int number = 0; number < messages; number++) {
            long[] words = slots[number % WINDOW];
            fill(words, number);
            sum += sum(words, number);
        }
        return sum;
    }

    /** Two counters in shared memory: how many messages are written, and how many are read. The payload is read where it was written. */
    private static final class Counters {

        private static final VarHandle WRITTEN;
        private static final VarHandle READ;

        static {
            try {
                WRITTEN = MethodHandles.lookup().findVarHandle(Counters.class, "written", int.class);
                READ = MethodHandles.lookup().findVarHandle(Counters.class, "read", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int written;
        // Keeps the two counters off one cache line.
        @SuppressWarnings("unused")
        private long a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p;
        private int read;

        private void await(VarHandle counter, int value) {
            for (int spins = 0; (int) counter.getAcquire(this) - value < 0; spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }
    }

    private static long sharedWords(long[][] slots, int messages, ExecutorService consumer) {
        Counters counters = new Counters();
        Future<Long> sum = consumer.submit(() -> {
            long total = 0;
            for (int number = 0; number < messages; number++) {
                counters.await(Counters.WRITTEN, number + 1);
                total += sum(slots[number % WINDOW], number);
                Counters.READ.setRelease(counters, number + 1);
            }
            return total;
        });
        for (int number = 0; number < messages; number++) {
            counters.await(Counters.READ, number + 1 - WINDOW);
            fill(slots[number % WINDOW], number);
            Counters.WRITTEN.setRelease(counters, number + 1);
        }
        return get(sum);
    }

    /** A fresh array per message, handed over by reference. */
    private static long queue(int bytes, int messages, ExecutorService consumer) {
        BlockingQueue<long[]> queue = new ArrayBlockingQueue<>(WINDOW);
        Future<Long> sum = consumer.submit(() -> {
            long total = 0;
            for (int number = 0; number < messages; number++) {
                total += sum(queue.take(), number);
            }
            return total;
        });
        for (int number = 0; number < messages; number++) {
            long[] message = new long[bytes / Long.BYTES];
            fill(message, number);
            put(queue, message);
        }
        return get(sum);
    }

    /** As messages between processes or isolates: written into bytes by the sender, read back into an object by the receiver. */
    private static long serialised(int bytes, int messages, ExecutorService consumer) {
        BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(WINDOW);
        Future<Long> sum = consumer.submit(() -> {
            long total = 0;
            for (int number = 0; number < messages; number++) {
                total += sum(toWords(queue.take()), number);
            }
            return total;
        });
        long[] message = new long[bytes / Long.BYTES];
        for (int number = 0; number < messages; number++) {
            fill(message, number);
            put(queue, toBytes(message));
        }
        return get(sum);
    }

    private interface Send {
        TaskHandle<Long> number(int number);
    }

    /** A task per message, at most {@link #WINDOW} at once. */
    private static long window(int messages, Send send) {
        Deque<TaskHandle<Long>> sent = new ArrayDeque<>(WINDOW);
        long sum = 0;
        for (int number = 0; number < messages; number++) {
            if (sent.size() == WINDOW) {
                sum += sent.remove().join();
            }
            sent.add(send.number(number));
        }
        while (!sent.isEmpty()) {
            sum += sent.remove().join();
        }
        return sum;
    }

    private static <T> void put(BlockingQueue<T> queue, T message) {
        try {
            queue.put(message);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while measuring", e);
        }
    }

    private static long get(Future<Long> result) {
        try {
            return result.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("the consumer failed: " + e, e);
        }
    }
}
