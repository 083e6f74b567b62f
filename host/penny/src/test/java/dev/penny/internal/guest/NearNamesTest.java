package dev.penny.internal.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearNamesTest {

    @Test
    void nearestComeFirstAndFarOnesNotAtAll() {
        assertEquals(List.of("sha256", "sha22"), NearNames.of("sha255", List.of("md5", "sha22", "sha256", "blake2")));
        assertEquals(List.of("Count"), NearNames.of("count", List.of("Count", "total")));
        assertEquals(List.of(), NearNames.of("x", List.of("yy", "zzz")));
        assertEquals(List.of(), NearNames.of("a".repeat(1000), List.of("a".repeat(999))));
    }

    @Test
    void distanceCountsInsertionsDeletionsReplacementsAndSwaps() {
        assertEquals(0, NearNames.distance("", ""));
        assertEquals(3, NearNames.distance("", "abc"));
        assertEquals(3, NearNames.distance("kitten", "sitting"));
        assertEquals(2, NearNames.distance("flaw", "lawn"));
        assertEquals(1, NearNames.distance("nmae", "name"));
        assertEquals(2, NearNames.distance("ba dc", "ab cd"));
    }

    @Test
    void unknownFunctionOfAModuleWithManyListsSome() {
        List<String> many = java.util.stream.IntStream.range(0, 20).mapToObj(i -> "function" + i).toList();
        String message = NearNames.unknownFunction("m", "zzz", many).getMessage();
        assertEquals("no such function: module=m, function=zzz, functions=" + String.join(" ", many.subList(0, 12)) + " ...", message);
    }
}
