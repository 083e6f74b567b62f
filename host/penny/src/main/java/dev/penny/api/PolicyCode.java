package dev.penny.api;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A policy and its settings as bytes, for recordings. */
final class PolicyCode {

    private static final int BYTES_MAX_WITHOUT_HOMES = 64;
    private static final byte WORK_STEALING = 0;
    private static final byte ROUND_ROBIN = 1;
    private static final byte RANDOM = 2;
    private static final byte MERRY_GO_ROUND = 3;
    private static final byte HYBRID = 4;

    private PolicyCode() { }

    static byte[] write(Policy policy) {
        ByteBuffer out = ByteBuffer.allocate(BYTES_MAX_WITHOUT_HOMES + 4 * homes(policy)).order(ByteOrder.LITTLE_ENDIAN);
        switch (policy) {
            case Policy.WorkStealing _ -> out.put(WORK_STEALING);
            case Policy.RoundRobin(int capacity) -> out.put(ROUND_ROBIN).putInt(capacity);
            case Policy.Random(int capacity) -> out.put(RANDOM).putInt(capacity);
            case Policy.MerryGoRound(RingOptions ring) -> ring(out.put(MERRY_GO_ROUND), ring);
            case Policy.Hybrid(RingOptions ring) -> ring(out.put(HYBRID), ring);
        }
        byte[] code = new byte[out.position()];
        out.flip().get(code);
        return code;
    }

    private static int homes(Policy policy) {
        return switch (policy) {
            case Policy.WorkStealing _, Policy.RoundRobin _, Policy.Random _ -> 0;
            case Policy.MerryGoRound(RingOptions ring) -> ring.homes().size();
            case Policy.Hybrid(RingOptions ring) -> ring.homes().size();
        };
    }

    private static void ring(ByteBuffer out, RingOptions ring) {
        out.putInt(ring.slots()).putInt(ring.window()).putInt(ring.slotCapacity()).putInt(ring.batch()).putLong(ring.period().toNanos())
                .putInt(ring.turnSteps()).put((byte) (ring.barrier() ? 1 : 0)).putDouble(ring.bias()).putInt(ring.homes().size());
        ring.homes().forEach(out::putInt);
    }

    /** Reads so many bytes. @throws LoadException they are no policy */
    static Policy read(ByteBuffer in, int bytes, String source) {
        ByteBuffer code = in.slice(in.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + bytes);
        try {
            byte kind = code.get();
            return switch (kind) {
                case WORK_STEALING -> Policy.WORK_STEALING;
                case ROUND_ROBIN -> new Policy.RoundRobin(code.getInt());
                case RANDOM -> new Policy.Random(code.getInt());
                case MERRY_GO_ROUND -> new Policy.MerryGoRound(ring(code));
                case HYBRID -> new Policy.Hybrid(ring(code));
                default -> throw new IllegalArgumentException("kind=" + kind);
            };
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new LoadException("the recording is malformed: source=%s, policy=%s".formatted(source, e), e);
        }
    }

    private static RingOptions ring(ByteBuffer in) {
        int slots = in.getInt();
        int window = in.getInt();
        int slotCapacity = in.getInt();
        int batch = in.getInt();
        Duration period = Duration.ofNanos(in.getLong());
        int turnSteps = in.getInt();
        boolean barrier = in.get() != 0;
        double bias = in.getDouble();
        List<Integer> homes = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            homes.add(in.getInt());
        }
        return new RingOptions(slots, window, slotCapacity, batch, period, turnSteps, barrier, bias, homes);
    }
}
