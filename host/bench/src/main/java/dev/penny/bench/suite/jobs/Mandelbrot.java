package dev.penny.bench.suite.jobs;

import dev.penny.api.TaskFunction;
import dev.penny.bench.suite.Setup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntToLongFunction;

/** The picture of the README, one row per task; the answer is the sum of all pixels. See {@code guest-modules/c/mandelbrot.c}. */
public final class Mandelbrot extends MapJob {

    private static final String MODULE = "dist/mandelbrot.wasm";
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 800;
    private static final int ITERATIONS = 1000;
    private static final double ESCAPE_RADIUS_SQUARED = 65_536;
    private static final long SUM_OF_ALL_ROWS = 501_131_604_470L;

    private final int rows;

    /** The first rows of the picture. */
    public Mandelbrot(int rows) {
        this.rows = rows;
    }

    @Override
    int items() {
        return rows;
    }

    /** Known for the whole picture, computed by the Java peer for a part. */
    @Override
    public long expected() {
        if (rows == HEIGHT) {
            return SUM_OF_ALL_ROWS;
        }
        long sum = 0;
        for (int y = 0; y < rows; y++) {
            sum += inJava(y);
        }
        return sum;
    }

    @Override
    long onPenny(Setup setup, int workers) {
        TaskFunction<Object> row = setup.guest(workers, MODULE).function("row");
        try (var results = row.mapRange(0, rows)) {
            return results.values().mapToLong(pixels -> sumOf((byte[]) pixels)).sum();
        }
    }

    @Override
    long inWasm(Setup setup) {
        return Setup.number(setup.function(1, "bench/mandelbrot-rows", "rows").call(0, rows));
    }

    private static long sumOf(byte[] pixels) {
        ByteBuffer buffer = ByteBuffer.wrap(pixels).order(ByteOrder.LITTLE_ENDIAN);
        long sum = 0;
        while (buffer.hasRemaining()) {
            sum += buffer.getInt() & 0xffff_ffffL;
        }
        return sum;
    }

    @Override
    String module() {
        return MODULE;
    }

    @Override
    IntToLongFunction inEndive(Endive.Instance instance) {
        Endive.Call row = instance.function("row");
        Endive.Call reset = instance.function("penny_reset");
        return y -> {
            long result = row.apply(y);
            long sum = sumOf(instance.read((int) (result >>> 32), (int) result));
            reset.apply();
            return sum;
        };
    }

    @Override
    long inJava(int y) {
        double step = 3.0 / WIDTH > 2.0 / HEIGHT ? 3.0 / WIDTH : 2.0 / HEIGHT;
        double left = -0.75 - step * (WIDTH - 1) / 2;
        double imaginary = step * (HEIGHT - 1) / 2 - step * y;
        int[] pixels = new int[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            pixels[i] = pixel(left + step * i, imaginary);
        }
        long sum = 0;
        for (int pixel : pixels) {
            sum += pixel & 0xffff_ffffL;
        }
        return sum;
    }

    private static int pixel(double real, double imaginary) {
        double x = 0;
        double y = 0;
        double xx = 0;
        double yy = 0;
        for (int n = 1; n <= ITERATIONS; n++) {
            y = 2 * x * y + imaginary;
            x = xx - yy + real;
            xx = x * x;
            yy = y * y;
            if (xx + yy > ESCAPE_RADIUS_SQUARED) {
                double overshoot = log2(log2(xx + yy) / 16);
                return (int) (long) ((n - overshoot) * 65_536);
            }
        }
        return 0;
    }

    /** As the guest computes it, so that the pixels are the same to the last bit. */
    private static double log2(double x) {
        long bits = Double.doubleToRawLongBits(x);
        int exponent = (int) (bits >>> 52) - 1023;
        double mantissa = Double.longBitsToDouble(bits & 0xf_ffff_ffff_ffffL | 1023L << 52);
        double t = (mantissa - 1) / (mantissa + 1);
        double tt = t * t;
        double series = t * (1 + tt * (1.0 / 3 + tt * (1.0 / 5 + tt * (1.0 / 7 + tt / 9))));
        return exponent + 2.8853900817779268 * series;
    }
}
