// Work of a length that the caller chooses, for the smallest task that pays.

#define PENNY_NUMERIC_ONLY
#include "penny.h"

PENNY_EXPORT(spin, "(i32)->i32")
int32_t spin(int32_t steps) {
    uint32_t x = 2463534242u;
    for (int32_t i = 0; i < steps; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    return (int32_t)x;
}
