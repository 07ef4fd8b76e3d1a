// Eight numbers that are worked on together. Local; no errors.
#pragma once

#include <cstddef>
#include <cstring>

namespace scorefield {

constexpr std::size_t kLanes = 8;

/// Arithmetic by lane. A vector type of the compiler: GCC 12 keeps sums of it in registers, where it makes scalar code of the same
/// sums in arrays under `omp simd`.
struct Lanes {
  using Vector = double __attribute__((vector_size(kLanes * sizeof(double))));
  Vector v{};

  Lanes() = default;
  explicit Lanes(Vector vector) : v(vector) {}
  explicit Lanes(double value) : v(Vector{} + value) {}

  Lanes& operator+=(const Lanes& other) { return v += other.v, *this; }
  Lanes& operator-=(const Lanes& other) { return v -= other.v, *this; }
  Lanes& operator*=(const Lanes& other) { return v *= other.v, *this; }
  friend Lanes operator+(const Lanes& a, const Lanes& b) { return Lanes(a.v + b.v); }
  friend Lanes operator-(const Lanes& a, const Lanes& b) { return Lanes(a.v - b.v); }
  friend Lanes operator*(const Lanes& a, const Lanes& b) { return Lanes(a.v * b.v); }
  friend Lanes operator*(const Lanes& a, double b) { return Lanes(a.v * b); }
  friend Lanes operator-(const Lanes& a) { return Lanes(-a.v); }
};

/// 1 in the lanes that are below zero, else 0.
inline Lanes below_zero(const Lanes& a) { return Lanes(a.v < 0.0 ? Lanes(1.0).v : Lanes().v); }

inline double total(const Lanes& a) { return ((a.v[0] + a.v[1]) + (a.v[2] + a.v[3])) + ((a.v[4] + a.v[5]) + (a.v[6] + a.v[7])); }

/// Eight numbers; or `count` < 8, with zeros behind them.
inline Lanes load(const double* from) {
  Lanes lanes;
  std::memcpy(&lanes.v, from, sizeof(lanes.v));
  return lanes;
}
inline Lanes load(const double* from, std::size_t count) {
  Lanes lanes;
  std::memcpy(&lanes.v, from, count * sizeof(double));
  return lanes;
}
inline void store(const Lanes& lanes, double* to) { std::memcpy(to, &lanes.v, sizeof(lanes.v)); }

}  // namespace scorefield
