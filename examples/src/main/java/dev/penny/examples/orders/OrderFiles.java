package dev.penny.examples.orders;

import dev.penny.api.Task;
import dev.penny.examples.runner.Noise;

/** Makes orders, some of them malformed. */
public final class OrderFiles {

    private static final String[] REGIONS = {"north", "east", "south", "west", "islands"};
    private static final String[] PRODUCTS = {"apples", "bread", "cheese", "dates", "eggs", "figs", "grapes"};
    private static final String[] MALFORMED = {"", ",,,,", "x,north,bread,2,100", "7,North,bread,2,100", "7,north,bread,-2,100", "7,north,bread,0,100"};

    private OrderFiles() { }

    /**
     * Lines {@code number,region,product,quantity,cents}.
     *
     * @param part which of many
     * @param lines how many
     * @return text, each line ended by a line feed
     */
    @Task
    public static String part(int part, int lines) {
        StringBuilder text = new StringBuilder(32 * lines);
        for (int i = 0; i < lines; i++) {
            if (Noise.below(50, part, 5L * i) == 0) {
                text.append(MALFORMED[Noise.below(MALFORMED.length, part, 5L * i + 1)]);
            } else {
                text.append((long) part * lines + i)
                        .append(',').append(REGIONS[Noise.below(REGIONS.length, part, 5L * i + 1)])
                        .append(',').append(PRODUCTS[Noise.below(PRODUCTS.length, part, 5L * i + 2)])
                        .append(',').append(1 + Noise.below(99, part, 5L * i + 3))
                        .append(',').append(Noise.below(100_000, part, 5L * i + 4));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
