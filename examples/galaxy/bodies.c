// Bodies under their own gravity. A body is seven f64: position x y z, velocity x y z, mass; the gravitational constant is 1.

#include "penny.h"

enum { BODY_WORDS = 7, BODY_BYTES = 56 };

// Keeps two bodies that meet from throwing each other away.
static const double SOFTENING = 0.01;

// Moves part `part` of `parts` equal parts of the bodies by `step` and returns that part: velocities by the forces of all bodies where they
// are now, then positions by the new velocities.
PENNY_EXPORT(advance, "(bytes,i32,i32,f64)->bytes")
penny_bytes advance(const uint8_t *bytes, uint32_t length, int32_t part, int32_t parts, double step) {
    uint32_t count = length / BODY_BYTES;
    if (length % BODY_BYTES != 0) penny_fail("advance: not a number of bodies");
    if (parts < 1 || part < 0 || part >= parts) penny_fail("advance: part is not in 0..parts - 1");
    uint32_t from = (uint32_t)((uint64_t)count * (uint32_t)part / (uint32_t)parts);
    uint32_t to = (uint32_t)((uint64_t)count * ((uint32_t)part + 1) / (uint32_t)parts);
    const double *all = (const double *)bytes;
    double *moved = penny_alloc((to - from) * BODY_BYTES);
    if (!moved) penny_fail("advance: no memory");
    for (uint32_t i = from; i < to; i++) {
        const double *body = all + i * BODY_WORDS;
        double ax = 0, ay = 0, az = 0;
        for (uint32_t j = 0; j < count; j++) {
            const double *other = all + j * BODY_WORDS;
            double dx = other[0] - body[0], dy = other[1] - body[1], dz = other[2] - body[2];
            double squared = dx * dx + dy * dy + dz * dz + SOFTENING;
            double pull = other[6] / (squared * __builtin_sqrt(squared));
            ax += dx * pull;
            ay += dy * pull;
            az += dz * pull;
        }
        double *to_body = moved + (i - from) * BODY_WORDS;
        to_body[3] = body[3] + step * ax;
        to_body[4] = body[4] + step * ay;
        to_body[5] = body[5] + step * az;
        for (uint32_t axis = 0; axis < 3; axis++) to_body[axis] = body[axis] + step * to_body[axis + 3];
        to_body[6] = body[6];
    }
    return penny_result(moved, (to - from) * BODY_BYTES);
}

// Four parts behind one another.
PENNY_EXPORT(gather, "(bytes,bytes,bytes,bytes)->bytes")
penny_bytes gather(const uint8_t *a, uint32_t a_bytes, const uint8_t *b, uint32_t b_bytes, const uint8_t *c, uint32_t c_bytes,
                   const uint8_t *d, uint32_t d_bytes) {
    uint32_t bytes = a_bytes + b_bytes + c_bytes + d_bytes;
    uint8_t *all = penny_alloc(bytes);
    if (!all) penny_fail("gather: no memory");
    memcpy(all, a, a_bytes);
    memcpy(all + a_bytes, b, b_bytes);
    memcpy(all + a_bytes + b_bytes, c, c_bytes);
    memcpy(all + a_bytes + b_bytes + c_bytes, d, d_bytes);
    return penny_result(all, bytes);
}

// Kinetic and potential energy of all bodies, which the steps should change little.
PENNY_EXPORT(energy, "(bytes)->f64")
double energy(const uint8_t *bytes, uint32_t length) {
    uint32_t count = length / BODY_BYTES;
    const double *all = (const double *)bytes;
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        const double *a = all + i * BODY_WORDS;
        sum += 0.5 * a[6] * (a[3] * a[3] + a[4] * a[4] + a[5] * a[5]);
        for (uint32_t j = i + 1; j < count; j++) {
            const double *b = all + j * BODY_WORDS;
            double dx = a[0] - b[0], dy = a[1] - b[1], dz = a[2] - b[2];
            sum -= a[6] * b[6] / __builtin_sqrt(dx * dx + dy * dy + dz * dz + SOFTENING);
        }
    }
    return sum;
}
