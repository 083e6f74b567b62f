package dev.penny.examples.frame;

import dev.penny.examples.runner.Noise;

/**
 * The state of a small game: balls that fly and bounce, a pointer that turns, a picture of 64 x 36 pixels. Each step writes only what is
 * its own, and reads what the steps before it in the frame have written.
 *
 * <p><b>Threads:</b> the steps of a frame in the order of {@link GameFrame}'s graph; it publishes what one writes to those after it.
 */
final class World {

    /** Into how many parts the balls are divided. */
    static final int PARTS = 4;

    private static final int BALLS = 400;
    private static final int WIDTH = 64;
    private static final int HEIGHT = 36;

    private int frame;
    private double wind;
    private double pointer;
    private final double[] x = new double[BALLS];
    private final double[] y = new double[BALLS];
    private final double[] speedX = new double[BALLS];
    private final double[] speedY = new double[BALLS];
    private final boolean[] inSight = new boolean[BALLS];
    private byte[] drawn = new byte[WIDTH * HEIGHT];
    private byte[] shown = new byte[WIDTH * HEIGHT];
    private int presented;

    World() {
        restart();
    }

    /** Everything as before the first frame. */
    void restart() {
        frame = 0;
        presented = 0;
        shown = new byte[WIDTH * HEIGHT];
        for (int ball = 0; ball < BALLS; ball++) {
            x[ball] = 2 * WIDTH * Noise.unit(1, ball) - WIDTH / 2.0;
            y[ball] = HEIGHT * Noise.unit(2, ball);
            speedX[ball] = Noise.unit(3, ball) - 0.5;
            speedY[ball] = 0;
        }
    }

    /** Somebody turns the wind. */
    void input() {
        frame++;
        wind = 0.02 * (Noise.unit(4, frame / 30) - 0.5);
    }

    /** Moves the balls of one part. */
    void physics(int part) {
        for (int ball = part * BALLS / PARTS; ball < (part + 1) * BALLS / PARTS; ball++) {
            speedX[ball] += wind;
            speedY[ball] += 0.01;
            x[ball] += speedX[ball];
            y[ball] += speedY[ball];
            if (y[ball] > HEIGHT - 1) {
                y[ball] = HEIGHT - 1;
                speedY[ball] *= -0.9;
            }
        }
    }

    /** Turns the pointer. */
    void animation() {
        pointer = frame * 0.05 % 1;
    }

    /** Looks which balls are in the picture. */
    void culling() {
        for (int ball = 0; ball < BALLS; ball++) {
            inSight[ball] = x[ball] >= 0 && x[ball] < WIDTH && y[ball] >= 0;
        }
    }

    /** Draws. */
    void render() {
        drawn = new byte[WIDTH * HEIGHT];
        for (int i = 0; i < (int) (pointer * WIDTH); i++) {
            drawn[i] = 127;
        }
        for (int ball = 0; ball < BALLS; ball++) {
            if (inSight[ball]) {
                drawn[(int) y[ball] * WIDTH + (int) x[ball]]++;
            }
        }
    }

    /** Shows what was drawn. */
    void present() {
        shown = drawn;
        presented = frame;
    }

    /** The picture, a byte per pixel. */
    byte[] shown() {
        return shown.clone();
    }

    /** Which frame it is of. */
    int presented() {
        return presented;
    }
}
