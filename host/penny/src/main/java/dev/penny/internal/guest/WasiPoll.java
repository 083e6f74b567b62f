package dev.penny.internal.guest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code poll_oneoff}: waits for clocks. Standard streams are always ready, other descriptors do not exist. A wait holds the
 * worker, so it is bounded.
 */
final class WasiPoll {

    /** A longer sleep is refused with {@code EINVAL}. */
    static final long SLEEP_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private static final int SUBSCRIPTIONS_MAX = 64;
    private static final int SUBSCRIPTION_BYTES = 48;
    private static final int EVENT_BYTES = 32;
    private static final int TAG_CLOCK = 0;
    private static final int TAG_READ = 1;
    private static final int TAG_WRITE = 2;
    private static final int ABSOLUTE_TIME = 1;

    private record Subscription(long userData, int tag, int error, long waitNanos) { }

    private WasiPoll() { }

    static int poll(ByteBuffer m, int in, int out, int count, int eventsPointer) {
        if (count < 1 || count > SUBSCRIPTIONS_MAX) {
            return Wasi.EINVAL;
        }
        List<Subscription> subscriptions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            subscriptions.add(read(m, in + i * SUBSCRIPTION_BYTES));
        }
        long wait = subscriptions.stream().mapToLong(Subscription::waitNanos).min().orElse(0);
        if (wait > SLEEP_NANOS_MAX) {
            return Wasi.EINVAL;
        }
        if (wait > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Wasi.EINTR;
            }
        }
        int events = 0;
        for (Subscription subscription : subscriptions) {
            if (subscription.waitNanos() <= wait) {
                int event = out + events++ * EVENT_BYTES;
                m.put(event, new byte[EVENT_BYTES]);
                m.putLong(event, subscription.userData());
                m.putShort(event + 8, (short) subscription.error());
                m.put(event + 10, (byte) subscription.tag());
            }
        }
        m.putInt(eventsPointer, events);
        return Wasi.SUCCESS;
    }

    private static Subscription read(ByteBuffer m, int at) {
        long userData = m.getLong(at);
        int tag = m.get(at + 8);
        return switch (tag) {
            case TAG_CLOCK -> {
                int clock = m.getInt(at + 16);
                long timeout = m.getLong(at + 24);
                boolean absolute = (m.getShort(at + 40) & ABSOLUTE_TIME) != 0;
                boolean known = clock == 0 || clock == 1;
                long wait = absolute && known ? timeout - Wasi.nowNanos(clock) : timeout;
                // Relative timeouts are unsigned.
                boolean endless = !absolute && timeout < 0;
                yield new Subscription(userData, tag, known ? Wasi.SUCCESS : Wasi.EINVAL,
                        !known ? 0 : endless ? Long.MAX_VALUE : Math.max(0, wait));
            }
            case TAG_READ, TAG_WRITE ->
                new Subscription(userData, tag, Wasi.isStandard(m.getInt(at + 16)) ? Wasi.SUCCESS : Wasi.EBADF, 0);
            default -> new Subscription(userData, tag, Wasi.EINVAL, 0);
        };
    }
}
