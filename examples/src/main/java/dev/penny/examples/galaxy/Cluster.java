package dev.penny.examples.galaxy;

import dev.penny.api.Task;
import dev.penny.examples.runner.Noise;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Where the bodies start: spread over a disc that turns around a heavy one in the middle. */
public final class Cluster {

    /** Position, velocity and mass. */
    static final int WORDS = 7;

    private Cluster() { }

    /**
     * Bodies one after another.
     *
     * @param count how many, at least 1
     * @return per body seven little-endian {@code f64}: position, velocity, mass
     */
    @Task
    public static byte[] start(int count) {
        ByteBuffer bodies = ByteBuffer.allocate(Math.multiplyExact(count, WORDS * Double.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        for (int axis = 0; axis < WORDS - 1; axis++) {
            bodies.putDouble(0);
        }
        bodies.putDouble(10);
        for (int i = 1; i < count; i++) {
            double angle = 2 * StrictMath.PI * Noise.unit(1, i);
            double radius = 1 + 4 * Noise.unit(2, i);
            double speed = StrictMath.sqrt(10 / radius);
            double x = StrictMath.cos(angle);
            double y = StrictMath.sin(angle);
            bodies.putDouble(radius * x).putDouble(radius * y).putDouble(0.2 * (Noise.unit(3, i) - 0.5))
                    .putDouble(-speed * y).putDouble(speed * x).putDouble(0).putDouble(1.0 / count);
        }
        return bodies.array();
    }
}
