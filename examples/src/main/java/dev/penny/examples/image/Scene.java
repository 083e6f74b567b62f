package dev.penny.examples.image;

import dev.penny.examples.runner.Noise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Draws {@code examples/image/scene.png}, the input of the pipeline: mountains at sunset over a lake, with the grain of a photograph.
 * Only basic arithmetic and {@link StrictMath}, so that every machine draws the same pixels.
 */
final class Scene {

    static final int WIDTH = 1024;
    static final int HEIGHT = 768;

    private static final int SHORE = 520;
    private static final double SUN_X = 690;
    private static final double SUN_Y = 330;
    private static final int GRAIN = 5;
    /** Colours of the sky from the zenith to the horizon: position, red, green, blue. */
    private static final double[][] SKY = {{0, 28, 44, 92}, {0.35, 84, 92, 150}, {0.65, 214, 128, 118}, {0.85, 250, 190, 112}, {1, 255, 226, 160}};
    /** Ridges from far to near: height above the shore, roughness, red, green, blue. */
    private static final double[][] RIDGES = {{190, 90, 122, 104, 140}, {130, 110, 84, 76, 112}, {80, 80, 50, 52, 80}, {34, 46, 24, 28, 44}};

    private Scene() { }

    /** Writes the file named by the only argument. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: java ... dev.penny.examples.image.Scene FILE.png");
            System.exit(64);
        }
        ByteBuffer band = ByteBuffer.wrap(Png.band(pixels(), WIDTH, HEIGHT)).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(Path.of(arguments[0]), Png.file(List.of(band), "Mountains at sunset, drawn by a program"));
    }

    /** The picture, row by row. */
    static byte[] pixels() {
        byte[] rgb = new byte[WIDTH * HEIGHT * Pieces.RGB];
        int[][] ridges = ridges();
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                double[] colour = y < SHORE ? land(ridges, x, y) : lake(ridges, x, y);
                for (int channel = 0; channel < Pieces.RGB; channel++) {
                    int at = (y * WIDTH + x) * Pieces.RGB + channel;
                    int grain = Noise.below(GRAIN, 1, at) - GRAIN / 2;
                    rgb[at] = (byte) Math.clamp(Math.round(colour[channel]) + grain, 0, 255);
                }
            }
        }
        return rgb;
    }

    /** The highest row of every ridge in every column. */
    private static int[][] ridges() {
        int[][] tops = new int[RIDGES.length][WIDTH];
        for (int ridge = 0; ridge < RIDGES.length; ridge++) {
            for (int x = 0; x < WIDTH; x++) {
                tops[ridge][x] = (int) (SHORE - RIDGES[ridge][0] - RIDGES[ridge][1] * (fractal(10 + ridge, x / 210.0, 0.5, 7) - 0.5));
            }
        }
        return tops;
    }

    private static double[] land(int[][] ridges, double x, double y) {
        int column = Math.clamp((int) x, 0, WIDTH - 1);
        for (int ridge = RIDGES.length - 1; ridge >= 0; ridge--) {
            double below = y - ridges[ridge][column];
            if (below >= 0) {
                double texture = 0.8 + 0.4 * fractal(20 + ridge, x / 18, y / 12, 4);
                double haze = Math.min(1, below / 160) * (RIDGES.length - 1 - ridge) / RIDGES.length;
                double[] colour = {RIDGES[ridge][2] * texture, RIDGES[ridge][3] * texture, RIDGES[ridge][4] * texture};
                return mix(colour, new double[] {236, 176, 140}, 0.6 * haze);
            }
        }
        return sky(x, y);
    }

    private static double[] sky(double x, double y) {
        double[] colour = gradient(Math.max(0, y) / SHORE);
        double cloud = fractal(2, x / 260, y / 60, 6);
        double share = Math.clamp((cloud - 0.5) * 4, 0, 0.75);
        colour = mix(colour, new double[] {255, 206, 170}, share * Math.min(1, 0.3 + y / SHORE));
        double distance = StrictMath.sqrt((x - SUN_X) * (x - SUN_X) + (y - SUN_Y) * (y - SUN_Y));
        double glow = distance < 34 ? 1 : 0.85 * StrictMath.exp(-(distance - 34) / 70);
        return mix(colour, new double[] {255, 246, 214}, glow);
    }

    private static double[] gradient(double position) {
        int next = 1;
        while (next < SKY.length - 1 && SKY[next][0] < position) {
            next++;
        }
        double share = Math.clamp((position - SKY[next - 1][0]) / (SKY[next][0] - SKY[next - 1][0]), 0, 1);
        return mix(new double[] {SKY[next - 1][1], SKY[next - 1][2], SKY[next - 1][3]},
                new double[] {SKY[next][1], SKY[next][2], SKY[next][3]}, share);
    }

    /** What stands above the shore, upside down, darker and moved about by waves. */
    private static double[] lake(int[][] ridges, int x, int y) {
        double depth = (y - SHORE) / (double) (HEIGHT - SHORE);
        double wave = fractal(3, x / (30 + 90 * depth), (y - SHORE) / (2.5 + 9 * depth), 4) - 0.5;
        double[] mirrored = land(ridges, x + 40 * depth * wave, SHORE - 1 - (y - SHORE) * 1.7 + 70 * depth * wave);
        return mix(mirrored, new double[] {18, 30, 58}, Math.clamp(0.25 + 0.45 * depth - 0.5 * wave, 0, 1));
    }

    private static double[] mix(double[] from, double[] to, double share) {
        double[] mixed = new double[from.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = from[i] + share * (to[i] - from[i]);
        }
        return mixed;
    }

    /** Sum of smooth noise, each octave twice as fine and half as strong: 0 to 1. */
    private static double fractal(long seed, double x, double y, int octaves) {
        double sum = 0;
        double strength = 0.5;
        double total = 0;
        for (int octave = 0; octave < octaves; octave++) {
            sum += strength * smooth(seed * 100 + octave, x, y);
            total += strength;
            strength /= 2;
            x *= 2;
            y *= 2;
        }
        return sum / total;
    }

    private static double smooth(long seed, double x, double y) {
        double left = StrictMath.floor(x);
        double top = StrictMath.floor(y);
        double across = ease(x - left);
        double down = ease(y - top);
        double above = lattice(seed, left, top) + across * (lattice(seed, left + 1, top) - lattice(seed, left, top));
        double below = lattice(seed, left, top + 1) + across * (lattice(seed, left + 1, top + 1) - lattice(seed, left, top + 1));
        return above + down * (below - above);
    }

    private static double ease(double share) {
        return share * share * (3 - 2 * share);
    }

    private static double lattice(long seed, double x, double y) {
        return Noise.unit(seed, (long) x * 65_536 + (long) y);
    }
}
