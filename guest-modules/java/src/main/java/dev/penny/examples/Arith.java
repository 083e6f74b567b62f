package dev.penny.examples;

import dev.penny.api.Task;

/** The functions of {@code guest-modules/c/arith.c} in Java; {@code int} and {@code long} wrap around as in wasm. */
public final class Arith {
    private Arith() {
    }

    /**
     * {@code (i32,i32)->i32}.
     *
     * @param a a summand
     * @param b a summand
     * @return the sum
     */
    @Task
    public static int add(int a, int b) {
        return a + b;
    }

    /**
     * {@code (i32)->i32}.
     *
     * @param a a number
     * @return its square
     */
    @Task
    public static int square(int a) {
        return a * a;
    }

    /**
     * {@code (i64,i64)->i64}.
     *
     * @param a a factor
     * @param b a factor
     * @return the product
     */
    @Task
    public static long mul64(long a, long b) {
        return a * b;
    }

    /**
     * {@code (f32,f32)->f32}.
     *
     * @param a a number
     * @param b a number
     * @return the middle between them
     */
    @Task
    public static float average(float a, float b) {
        return (a + b) * 0.5f;
    }

    /**
     * {@code (f64,f64)->f64}; not {@link Math#hypot}, which rounds differently from the plain formula of the other languages.
     *
     * @param a a leg
     * @param b a leg
     * @return the hypotenuse
     */
    @Task(name = "hypot")
    public static double hypotenuse(double a, double b) {
        return Math.sqrt(a * a + b * b);
    }
}
