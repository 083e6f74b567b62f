// The same five functions as in arith-wat.wat, arith-as.ts, js/arith.js and the Java class Arith, with equal results.

#define PENNY_NUMERIC_ONLY
#include "penny.h"

// Unsigned inside: wasm arithmetic wraps around, signed overflow in C is undefined.

PENNY_EXPORT(add, "(i32,i32)->i32")
int32_t add(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

PENNY_EXPORT(square, "(i32)->i32")
int32_t square(int32_t a) {
    return (int32_t)((uint32_t)a * (uint32_t)a);
}

PENNY_EXPORT(mul64, "(i64,i64)->i64")
int64_t mul64(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a * (uint64_t)b);
}

PENNY_EXPORT(average, "(f32,f32)->f32")
float average(float a, float b) {
    return (a + b) * 0.5f;
}

PENNY_EXPORT(hypot, "(f64,f64)->f64")
double hypotenuse(double a, double b) {
    return __builtin_sqrt(a * a + b * b);
}
