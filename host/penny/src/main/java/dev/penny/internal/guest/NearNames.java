package dev.penny.internal.guest;

import dev.penny.api.LinkException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Suggests what a misspelt function name may have meant. */
public final class NearNames {

    private static final int SUGGESTIONS_MAX = 3;
    private static final int NAMES_MAX = 10_000;
    private static final int NAME_LENGTH_MAX = 100;

    private NearNames() { }

    /** The failure "no such function" with the near names, or with some of the known ones if none is near. */
    public static LinkException unknownFunction(String module, String function, Collection<String> known) {
        List<String> near = of(function, known);
        if (!near.isEmpty()) {
            return new LinkException("no such function: module=%s, function=%s, did you mean=%s"
                    .formatted(module, function, String.join(" or ", near)));
        }
        String some = String.join(" ", known.stream().limit(12).toList()) + (known.size() > 12 ? " ..." : "");
        return new LinkException("no such function: module=%s, function=%s, functions=%s".formatted(module, function, some));
    }

    /** At most {@value #SUGGESTIONS_MAX} names at a distance of at most a third of the wanted one's length, nearest first. */
    public static List<String> of(String wanted, Collection<String> known) {
        if (wanted.length() > NAME_LENGTH_MAX) {
            return List.of();
        }
        int limit = Math.max(1, wanted.length() / 3);
        record Near(String name, int distance) { }
        return known.stream()
                .limit(NAMES_MAX)
                .filter(name -> Math.abs(name.length() - wanted.length()) <= limit)
                .map(name -> new Near(name, distance(wanted.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT))))
                .filter(near -> near.distance() <= limit)
                .sorted(Comparator.comparingInt(Near::distance).thenComparing(Near::name))
                .limit(SUGGESTIONS_MAX)
                .map(Near::name)
                .toList();
    }

    /** Optimal string alignment: single-character insertions, deletions and replacements, and swaps of neighbours. */
    static int distance(String a, String b) {
        int[] beforePrevious = new int[b.length() + 1];
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    current[j] = Math.min(current[j], 1 + beforePrevious[j - 2]);
                }
            }
            beforePrevious = previous;
            previous = current;
        }
        return previous[b.length()];
    }
}
