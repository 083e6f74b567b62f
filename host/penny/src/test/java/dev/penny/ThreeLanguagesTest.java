package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The same functions in C, WAT, AssemblyScript, JavaScript and Java are the same thing to the core. */
class ThreeLanguagesTest {

    @Test
    void addAndSquareAgreeInEveryLanguageIncludingWrapAround() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            Map<String, TaskModule> modules = modules(penny);
            for (int[] pair : new int[][] {{40, 2}, {Integer.MAX_VALUE, 1}, {Integer.MIN_VALUE, -1}, {0, 0}, {-7, 3}}) {
                modules.forEach((language, module) -> {
                    assertEquals(pair[0] + pair[1], module
                            .function("add", "(i32,i32)->i32", Integer.class).call(pair[0], pair[1]), language);
                    assertEquals(pair[0] * pair[0], module.function("square", "(i32)->i32", Integer.class).call(pair[0]), language);
                });
            }
        }
    }

    @Test
    void bulkMapsKeepInputOrderInEveryLanguage() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            modules(penny).forEach((language, module) -> {
                TaskFunction<Integer> square = module.function("square", "(i32)->i32", Integer.class);
                List<Integer> expected = LongStream.range(0, 20_000).mapToObj(number -> (int) (number * number)).toList();
                assertEquals(expected, square.mapRange(0, 20_000).values().toList(), language);
                assertEquals(LongStream.range(-500, 500).map(number -> number * number).sum(),
                        LongStream.of(square.mapRangeToLongs(-500, 500)).sum(), language);
            });
        }
    }

    private static Map<String, TaskModule> modules(Penny penny) {
        Map<String, TaskModule> modules = new LinkedHashMap<>();
        modules.put("C", penny.load(Guests.dist("arith.wasm")));
        modules.put("WAT", penny.load(Guests.dist("arith-wat.wasm")));
        modules.put("AssemblyScript", penny.load(Guests.dist("arith-as.wasm")));
        modules.put("JavaScript", penny.load(Guests.js("arith.js"), dev.penny.api.LoadOptions.DEFAULT.named("arith-js")));
        modules.put("Java", penny.javaModule("arith-java")
                .function("add", "(i32,i32)->i32", call -> call.result(call.i32(0) + call.i32(1)))
                .function("square", "(i32)->i32", call -> call.result(call.i32(0) * call.i32(0)))
                .register());
        return modules;
    }
}
