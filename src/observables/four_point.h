// Products of a field at two and at four separated sites, averaged over translations, and their connected parts. Local; no errors.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "observables/wrapped_field.h"
#include "physics/exact_law.h"

namespace scorefield {

/// Sides r = 1, 2, 4, ... <= min(Ly, Lx)/2.
std::vector<std::size_t> four_point_sides(const FieldShape& extents);

/// The averages for one side r. Corners of the square: phi_1 = phi(y,x), phi_2 = phi(y,x+r), phi_3 = phi(y+r,x), phi_4 = phi(y+r,x+r);
/// m34 = m12 and m24 = m13. `mixed`: two sites at a distance of r along x or along y, odd ones averaged over both orders.
namespace four_point {
enum Place : std::size_t {
  m12,  ///< side along x
  m13,  ///< side along y
  m14,  ///< diagonals
  m23,
  m123,
  m124,
  m134,
  m234,
  m1234,
  mixed_21_x,  ///< (phi_1^2 phi_2 + phi_1 phi_2^2)/2
  mixed_21_y,
  mixed_22_x,  ///< phi_1^2 phi_2^2
  mixed_22_y,
  mixed_31_x,  ///< (phi_1^3 phi_2 + phi_1 phi_2^3)/2
  mixed_31_y,
  count
};
}  // namespace four_point

using FourPointAverages = std::array<double, four_point::count>;
FourPointAverages four_point_averages(const WrappedField& field, std::size_t side);
/// With the side behind: m12_r4.
std::vector<std::string> four_point_names(std::size_t side);

/// Joint cumulant of four variables of any mean from the expectations of their products, element b that of the product over the bits in b:
/// m_1234 - sum_4 m_i m_jkl - sum_3 m_ij m_kl + 2 sum_6 m_i m_j m_kl - 6 m_1 m_2 m_3 m_4.
double joint_cumulant(const std::array<double, 16>& moments);

/// Connected parts for one side, unchanged when a constant is added to the field.
struct ConnectedFourPoint {
  double square;  ///< kappa(phi_1, phi_2, phi_3, phi_4)
  double two_two_x;
  double two_two_y;    ///< kappa(phi_1, phi_1, phi_2, phi_2) at distance r along either axis
  double three_one_x;  ///< kappa(phi_1, phi_1, phi_1, phi_2)
  double three_one_y;
};
/// From ensemble means: of the site moments <phi^n> and of the averages at one side (four_point::count).
ConnectedFourPoint connected_four_point(const Orders& site_moments, std::span<const double> averages);

}  // namespace scorefield
