#ifndef GINGHAM_VECTORS_H
#define GINGHAM_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Loops over floats that are bound by arithmetic: exponentials and what is made of them. Each is compiled for several
// generations of vector units, and the widest that the processor has runs. One thread; nothing is allocated. Pointers
// need the alignment of a float only, and results may stand where operands stood.

typedef enum {
  /// x·Φ(x) with Φ the normal distribution.
  gingham_gelu,
  /// x/2·(1 + tanh(√(2/π)·(x + 0.044715x³))).
  gingham_gelu_tanh,
  /// x/(1 + e⁻ˣ).
  gingham_silu,
  /// x·tanh(log(1 + eˣ)).
  gingham_mish,
  /// x·min(max(x + 3, 0), 6)/6.
  gingham_hard_swish,
  /// min(max(a·x + b, 0), 1).
  gingham_hard_sigmoid,
  /// x above zero, a·x below.
  gingham_leaky,
  /// a·x above zero, b·(e^(c·x) − 1) below.
  gingham_exponential,
} gingham_shape;

typedef struct {
  gingham_shape shape;
  float a, b, c;
} gingham_function;

/// y = f(x) and, where `slope` is not NULL, slope = f′(x). Relative error below 1e-6 away from zeros of f and f′.
void gingham_activate(gingham_function function, const float *x, float *y, float *slope, size_t count);

/// row = softmax(scale·row + first + second), where either addend may be NULL.
/// Returns log Σ exp of the argument, from which `gingham_softmax_again` finds the same numbers.
float gingham_softmax(float *row, const float *first, const float *second, float scale, size_t count);
/// row = exp(scale·row + first + second − total).
void gingham_softmax_again(
    float *row, const float *first, const float *second, float scale, float total, size_t count);
/// gradient = scale·p·(gradient − mean) with p the softmax and mean = Σ p·gradient.
void gingham_softmax_back(const float *p, float *gradient, float mean, float scale, size_t count);

float gingham_dot(const float *x, const float *y, size_t count);
/// The same with x in bfloat16, the upper halves of floats.
float gingham_half_dot(const uint16_t *x, const float *y, size_t count);
/// sum += factor·x with x in bfloat16.
void gingham_half_add(const uint16_t *x, float factor, float *sum, size_t count);

/// y = (x − μ)/√(σ² + ε)·gain + offset over one row, where gain and offset may be NULL.
/// Leaves μ and 1/√(σ² + ε) in `statistics`.
void gingham_normalize(
    const float *x, const float *gain, const float *offset, float epsilon, float *y, float statistics[2],
    size_t count);
/// dx = (ĝ − ⟨ĝ⟩ − x̂·⟨ĝ·x̂⟩)/σ with ĝ = gain·dy, added to what is there if told.
void gingham_normalize_back(
    const float *x, const float *gain, const float statistics[2], const float *dy, float *dx, bool adds,
    size_t count);

// Runs in which element i belongs to lane i mod 16: a channel block, or one channel, which all lanes share.

/// Sums of x − centre and of its square, each lane's.
void gingham_lane_moments(
    const float *x, const float centre[16], double sums[16], double squares[16], size_t count);
/// y = f(gain·(x − centre) + offset), f = x or SiLU.
void gingham_lane_affine(
    const float *x, const float centre[16], const float gain[16], const float offset[16], bool silu, float *y,
    size_t count);
/// g = dy·f′(gain·(x − centre) + offset), with the sums of g and of g·(x − centre).
void gingham_lane_back(
    const float *x, const float centre[16], const float gain[16], const float offset[16], bool silu, const float *dy,
    float *g, double sums[16], double products[16], size_t count);
/// dx = p·g + q·(x − centre) + r, added to what is there if told.
void gingham_lane_combine(
    const float *x, const float centre[16], const float *g, const float p[16], const float q[16], const float r[16],
    float *dx, bool adds, size_t count);

#endif
