#ifndef GINGHAM_LANES_HPP
#define GINGHAM_LANES_HPP

#include <cmath>
#include <complex>
#include <cstddef>

#include "gingham_fft.h"

/// Four numbers that KissFFT takes for one: all that its template asks of a scalar.
struct Lanes {
  gingham_lanes values;

  Lanes() : values(0) {}
  Lanes(double value) : values(static_cast<float>(value)) {}
  explicit Lanes(gingham_lanes values) : values(values) {}
  /// Of numbers that are alike in all lanes, such as angles.
  operator double() const { return values[0]; }

  Lanes &operator+=(const Lanes &other) { values += other.values; return *this; }
  Lanes &operator-=(const Lanes &other) { values -= other.values; return *this; }
  Lanes &operator*=(const Lanes &other) { values *= other.values; return *this; }
  Lanes operator-() const { return Lanes(-values); }
  friend Lanes operator+(const Lanes &a, const Lanes &b) { return Lanes(a.values + b.values); }
  friend Lanes operator-(const Lanes &a, const Lanes &b) { return Lanes(a.values - b.values); }
  friend Lanes operator*(const Lanes &a, const Lanes &b) { return Lanes(a.values * b.values); }

  /// The angle of step `index` around the circle. A step is a whole part of the circle, which a float only
  /// approximates: so the part is found again, the angle taken of it in double precision and brought into −π…π.
  friend Lanes operator*(std::size_t index, const Lanes &step) {
    const double circle = 2 * M_PI;
    const double turns = static_cast<double>(index) / std::round(circle / std::fabs(static_cast<double>(step)));
    return Lanes(std::copysign(circle, static_cast<double>(step)) * (turns - std::round(turns)));
  }

  friend Lanes exp(const Lanes &value) { return Lanes(std::exp(static_cast<double>(value))); }
  friend Lanes cos(const Lanes &angle) { return Lanes(std::cos(static_cast<double>(angle))); }
  friend Lanes sin(const Lanes &angle) { return Lanes(std::sin(static_cast<double>(angle))); }
};

static_assert(sizeof(std::complex<Lanes>) == sizeof(gingham_complex), "complex lanes are two vectors");

#endif
