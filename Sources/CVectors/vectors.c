#include "gingham_vectors.h"

#include <math.h>
#include <stdint.h>

typedef float lanes __attribute__((ext_vector_type(16)));
typedef float unaligned __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t mask __attribute__((ext_vector_type(16)));
typedef uint32_t words __attribute__((ext_vector_type(16)));
typedef uint16_t halves __attribute__((ext_vector_type(16), aligned(2)));

// Functions of vectors are inlined everywhere, so that no caller depends on how vectors are passed.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE inline __attribute__((always_inline))

struct loops {
  void (*activate)(gingham_function, const float *, float *, float *, size_t);
  float (*softmax)(float *, const float *, const float *, float, size_t);
  void (*softmax_again)(float *, const float *, const float *, float, float, size_t);
  void (*softmax_back)(const float *, float *, float, float, size_t);
  float (*dot)(const float *, const float *, size_t);
  float (*half_dot)(const uint16_t *, const float *, size_t);
  void (*half_add)(const uint16_t *, float, float *, size_t);
  void (*normalize)(const float *, const float *, const float *, float, float *, float *, size_t);
  void (*normalize_back)(const float *, const float *, const float *, const float *, float *, bool, size_t);
  void (*lane_moments)(const float *, const float *, double *, double *, size_t);
  void (*lane_affine)(const float *, const float *, const float *, const float *, bool, float *, size_t);
  void (*lane_back)(
      const float *, const float *, const float *, const float *, bool, const float *, float *, double *, double *,
      size_t);
  void (*lane_combine)(
      const float *, const float *, const float *, const float *, const float *, const float *, float *, bool,
      size_t);
};

#define NAME(function) function##_basic
#include "loops.inc"
#undef NAME

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2,fma"), min_vector_width(256))), apply_to = function)
#define NAME(function) function##_avx2
#include "loops.inc"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512))), \
    apply_to = function)
#define NAME(function) function##_avx512
#include "loops.inc"
#undef NAME
#pragma clang attribute pop

static const struct loops *best(void) {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma"))
    return &loops_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &loops_avx2;
  return &loops_basic;
}

#else

static const struct loops *best(void) { return &loops_basic; }

#endif

void gingham_activate(gingham_function function, const float *x, float *y, float *slope, size_t count) {
  best()->activate(function, x, y, slope, count);
}

float gingham_softmax(float *row, const float *first, const float *second, float scale, size_t count) {
  return best()->softmax(row, first, second, scale, count);
}

void gingham_softmax_again(
    float *row, const float *first, const float *second, float scale, float total, size_t count) {
  best()->softmax_again(row, first, second, scale, total, count);
}

void gingham_softmax_back(const float *p, float *gradient, float mean, float scale, size_t count) {
  best()->softmax_back(p, gradient, mean, scale, count);
}

float gingham_dot(const float *x, const float *y, size_t count) { return best()->dot(x, y, count); }

float gingham_half_dot(const uint16_t *x, const float *y, size_t count) { return best()->half_dot(x, y, count); }

void gingham_half_add(const uint16_t *x, float factor, float *sum, size_t count) {
  best()->half_add(x, factor, sum, count);
}

void gingham_normalize(
    const float *x, const float *gain, const float *offset, float epsilon, float *y, float statistics[2],
    size_t count) {
  best()->normalize(x, gain, offset, epsilon, y, statistics, count);
}

void gingham_normalize_back(
    const float *x, const float *gain, const float statistics[2], const float *dy, float *dx, bool adds,
    size_t count) {
  best()->normalize_back(x, gain, statistics, dy, dx, adds, count);
}

void gingham_lane_moments(
    const float *x, const float centre[16], double sums[16], double squares[16], size_t count) {
  best()->lane_moments(x, centre, sums, squares, count);
}

void gingham_lane_affine(
    const float *x, const float centre[16], const float gain[16], const float offset[16], bool silu, float *y,
    size_t count) {
  best()->lane_affine(x, centre, gain, offset, silu, y, count);
}

void gingham_lane_back(
    const float *x, const float centre[16], const float gain[16], const float offset[16], bool silu, const float *dy,
    float *g, double sums[16], double products[16], size_t count) {
  best()->lane_back(x, centre, gain, offset, silu, dy, g, sums, products, count);
}

void gingham_lane_combine(
    const float *x, const float centre[16], const float *g, const float p[16], const float q[16], const float r[16],
    float *dx, bool adds, size_t count) {
  best()->lane_combine(x, centre, g, p, q, r, dx, adds, count);
}
