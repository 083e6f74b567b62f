package dev.penny.bench.suite.jobs;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveAction;

/** Merge sort of 64-bit numbers, both halves at the same time. */
public final class MergeSort extends ForkJoinJob {

    private static final int INSERTION_MAX = 32;
    private static final int FORK_MIN = 1024;

    private final int count;
    private final long[] input;
    private final long[] numbers;
    private final long[] spare;

    /** {@code count} numbers. */
    public MergeSort(int count) {
        super("bench/mergesort", "sort", count);
        this.count = count;
        this.numbers = new long[count];
        this.spare = new long[count];
        Xorshift random = new Xorshift();
        this.input = new long[count];
        Arrays.setAll(input, _ -> random.next());
    }

    @Override
    public long expected() {
        long[] sorted = input.clone();
        Arrays.sort(sorted);
        return hash(sorted);
    }

    private static long hash(long[] values) {
        long sum = 0;
        for (long value : values) {
            sum = sum * 31 + value;
        }
        return sum;
    }

    /** The nodes of the recursion: each range above {@link #FORK_MIN} forks two. */
    @Override
    public long tasks() {
        return tasks(count);
    }

    private static long tasks(long size) {
        return size <= FORK_MIN ? 1 : 1 + tasks(size / 2) + tasks(size - size / 2);
    }

    @Override
    List<Object> guestPrepare() {
        return List.of("fill", count);
    }

    @Override
    List<Object> guestAnswer() {
        return List.of("hash", count);
    }

    @Override
    void prepare() {
        System.arraycopy(input, 0, numbers, 0, count);
    }

    @Override
    long answer(long result) {
        return hash(numbers);
    }

    @Override
    ForkJoinTask<Long> task() {
        return ForkJoinTask.adapt(() -> new Task(0, count).compute(), 0L);
    }

    @Override
    long sequential() {
        sort(0, count);
        return 0;
    }

    private void sort(int from, int to) {
        if (to - from <= INSERTION_MAX) {
            insertionSort(from, to);
            return;
        }
        int middle = from + (to - from) / 2;
        sort(from, middle);
        sort(middle, to);
        merge(from, middle, to);
    }

    private void insertionSort(int from, int to) {
        for (int i = from + 1; i < to; i++) {
            long number = numbers[i];
            int j = i;
            for (; j > from && numbers[j - 1] > number; j--) {
                numbers[j] = numbers[j - 1];
            }
            numbers[j] = number;
        }
    }

    private void merge(int from, int middle, int to) {
        System.arraycopy(numbers, from, spare, from, middle - from);
        int left = from;
        int right = middle;
        int out = from;
        while (left < middle && right < to) {
            numbers[out++] = spare[left] <= numbers[right] ? spare[left++] : numbers[right++];
        }
        while (left < middle) {
            numbers[out++] = spare[left++];
        }
    }

    private final class Task extends RecursiveAction {

        private static final long serialVersionUID = 1;

        private final int from;
        private final int to;

        Task(int from, int to) {
            this.from = from;
            this.to = to;
        }

        @Override
        protected void compute() {
            if (to - from <= FORK_MIN) {
                sort(from, to);
                return;
            }
            int middle = from + (to - from) / 2;
            invokeAll(new Task(from, middle), new Task(middle, to));
            merge(from, middle, to);
        }
    }
}
