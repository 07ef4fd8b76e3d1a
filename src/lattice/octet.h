// Octets: eight numbers that are worked on together. Local; no errors.
#pragma once

#include <cstddef>
#include <cstring>

namespace scorefield {

constexpr std::size_t kOctet = 8;

/// Arithmetic by lane. A vector type of the compiler: GCC 12 keeps sums of it in registers, where it makes scalar code of the same
/// sums in arrays under `omp simd`.
struct Octet {
  using Vector = double __attribute__((vector_size(kOctet * sizeof(double))));
  Vector v{};

  Octet() = default;
  explicit Octet(Vector vector) : v(vector) {}
  explicit Octet(double value) : v(Vector{} + value) {}

  Octet& operator+=(const Octet& other) { return v += other.v, *this; }
  Octet& operator-=(const Octet& other) { return v -= other.v, *this; }
  Octet& operator*=(const Octet& other) { return v *= other.v, *this; }
  friend Octet operator+(const Octet& a, const Octet& b) { return Octet(a.v + b.v); }
  friend Octet operator-(const Octet& a, const Octet& b) { return Octet(a.v - b.v); }
  friend Octet operator*(const Octet& a, const Octet& b) { return Octet(a.v * b.v); }
  friend Octet operator*(const Octet& a, double b) { return Octet(a.v * b); }
  friend Octet operator-(const Octet& a) { return Octet(-a.v); }
};

/// 1 in the lanes that are below zero, else 0.
inline Octet below_zero(const Octet& a) { return Octet(a.v < 0.0 ? Octet(1.0).v : Octet().v); }

inline double total(const Octet& a) { return ((a.v[0] + a.v[1]) + (a.v[2] + a.v[3])) + ((a.v[4] + a.v[5]) + (a.v[6] + a.v[7])); }

/// Eight numbers; or `count` < 8, with zeros behind them.
inline Octet load(const double* from) {
  Octet lanes;
  std::memcpy(&lanes.v, from, sizeof(lanes.v));
  return lanes;
}
inline Octet load(const double* from, std::size_t count) {
  Octet lanes;
  std::memcpy(&lanes.v, from, count * sizeof(double));
  return lanes;
}
inline void store(const Octet& lanes, double* to) { std::memcpy(to, &lanes.v, sizeof(lanes.v)); }

}  // namespace scorefield
