#include "observables/four_point.h"

#include <bit>

namespace scorefield {
namespace {

using namespace four_point;

/// <phi_1^i phi_2^j> at two sites for i, j <= 3 as far as i + j <= 4.
using MixedMoments = std::array<std::array<double, 4>, 4>;

MixedMoments mixed_moments(const Orders& site, double m11, double m21, double m22, double m31) {
  return {{{1.0, site[0], site[1], site[2]}, {site[0], m11, m21, m31}, {site[1], m21, m22, 0.0}, {site[2], m31, 0.0, 0.0}}};
}

/// Joint cumulant of four factors, those in `at_second` at the second site and the others at the first.
double two_site_cumulant(const MixedMoments& mixed, unsigned at_second) {
  std::array<double, 16> moments{};
  for (unsigned subset = 0; subset < moments.size(); ++subset) {
    moments[subset] =
        mixed[static_cast<std::size_t>(std::popcount(subset & ~at_second))][static_cast<std::size_t>(std::popcount(subset & at_second))];
  }
  return joint_cumulant(moments);
}

}  // namespace

std::vector<std::size_t> four_point_sides(const FieldShape& extents) {
  std::vector<std::size_t> sides;
  for (std::size_t side = 1; side <= extents.smaller() / 2; side *= 2) sides.push_back(side);
  return sides;
}

FourPointAverages four_point_averages(const WrappedField& field, std::size_t side) {
  const std::size_t along_y = side * field.stride();
  FourPointAverages averages = site_averages<count>(field, [=](const SiteGroup& at, auto& sums) {
    const Octet a = at();
    const Octet b = at(side);
    const Octet c = at(along_y);
    const Octet d = at(along_y + side);
    const Octet ab = a * b;
    const Octet ac = a * c;
    const Octet cd = c * d;
    const Octet aa = a * a;
    sums[m12] += ab;
    sums[m13] += ac;
    sums[m14] += a * d;
    sums[m23] += b * c;
    sums[m123] += ab * c;
    sums[m124] += ab * d;
    sums[m134] += a * cd;
    sums[m234] += b * cd;
    sums[m1234] += ab * cd;
    sums[mixed_21_x] += ab * (a + b);
    sums[mixed_21_y] += ac * (a + c);
    sums[mixed_22_x] += ab * ab;
    sums[mixed_22_y] += ac * ac;
    sums[mixed_31_x] += ab * (aa + b * b);
    sums[mixed_31_y] += ac * (aa + c * c);
  });
  for (const Place both_orders : {mixed_21_x, mixed_21_y, mixed_31_x, mixed_31_y}) averages[both_orders] *= 0.5;
  return averages;
}

std::vector<std::string> four_point_names(std::size_t side) {
  std::vector<std::string> names = {"m12",   "m13",        "m14",        "m23",        "m123",       "m124",       "m134",      "m234",
                                    "m1234", "mixed_21_x", "mixed_21_y", "mixed_22_x", "mixed_22_y", "mixed_31_x", "mixed_31_y"};
  for (std::string& name : names) name += "_r" + std::to_string(side);
  return names;
}

double joint_cumulant(const std::array<double, 16>& m) {
  constexpr unsigned kAll = 15;
  double value = m[kAll] - m[0b0011] * m[0b1100] - m[0b0101] * m[0b1010] - m[0b1001] * m[0b0110] - 6.0 * m[1] * m[2] * m[4] * m[8];
  for (unsigned i = 1; i < kAll; i *= 2) {
    value -= m[i] * m[kAll - i];
    for (unsigned j = 2 * i; j < kAll; j *= 2) value += 2.0 * m[i] * m[j] * m[kAll - i - j];
  }
  return value;
}

ConnectedFourPoint connected_four_point(const Orders& site_moments, std::span<const double> averages) {
  const double mean = site_moments[0];
  const MixedMoments x = mixed_moments(site_moments, averages[m12], averages[mixed_21_x], averages[mixed_22_x], averages[mixed_31_x]);
  const MixedMoments y = mixed_moments(site_moments, averages[m13], averages[mixed_21_y], averages[mixed_22_y], averages[mixed_31_y]);
  return {.square = joint_cumulant(
              {1.0, mean, mean, averages[m12], mean, averages[m13], averages[m23], averages[m123],  // subsets of corners 1, 2, 3
               mean, averages[m14], averages[m13], averages[m124], averages[m12], averages[m134], averages[m234], averages[m1234]}),
          .two_two_x = two_site_cumulant(x, 0b1100),
          .two_two_y = two_site_cumulant(y, 0b1100),
          .three_one_x = two_site_cumulant(x, 0b1000),
          .three_one_y = two_site_cumulant(y, 0b1000)};
}

}  // namespace scorefield
