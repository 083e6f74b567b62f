package dev.penny.bench.suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;

/** Work for the compilers: the same class, defined again and again. */
final class NewCode {

    private static final int CLASSES = 20;

    private NewCode() { }

    static void run() {
        try (InputStream file = Hot.class.getResourceAsStream("NewCode$Hot.class")) {
            byte[] bytes = file.readAllBytes();
            for (int i = 0; i < CLASSES; i++) {
                MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
                ((Runnable) hidden.lookupClass().getDeclaredConstructor().newInstance()).run();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    static final class Hot implements Runnable {

        private long sum;

        Hot() { }

        @Override
        public void run() {
            for (int i = 0; i < 20_000; i++) {
                sum = step(sum, i);
            }
        }

        private static long step(long sum, int i) {
            long mixed = sum * 31 + i;
            for (int bit = 0; bit < 8; bit++) {
                mixed ^= mixed >>> bit + 7;
                mixed = switch ((int) (mixed & 3)) {
                    case 0 -> mixed * 3;
                    case 1 -> mixed + i;
                    case 2 -> Long.rotateLeft(mixed, bit);
                    default -> mixed - bit;
                };
            }
            return mixed;
        }
    }
}
