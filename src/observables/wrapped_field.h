// A field with copies of its first rows and columns behind the last ones, and sums over its sites. Local; no errors.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "lattice/field_shape.h"
#include "lattice/octet.h"

namespace scorefield {

/// Products of a site with one further along are then plain loads at a fixed distance, on which no row ends.
class WrappedField {
 public:
  /// Sites up to `reach` further along either axis are within.
  WrappedField(FieldShape extents, std::size_t reach);

  /// Takes a copy of the field (Ly x Lx).
  void load(std::span<const double> field);

  const FieldShape& extents() const { return extents_; }
  /// Distance in memory of the site next along y.
  std::size_t stride() const { return extents_.x + reach_; }
  const double* row(std::size_t y) const { return values_.data() + y * stride(); }

 private:
  FieldShape extents_;
  std::size_t reach_;
  std::vector<double> values_;  ///< (Ly + reach) x stride
};

/// Eight sites of a row, or the fewer ones that are left at its end, where the lanes behind them are zero.
struct SiteGroup {
  const double* first;
  std::size_t count;

  /// The field at the sites `distance` further on in memory.
  Octet operator()(std::size_t distance = 0) const { return count == kOctet ? load(first + distance) : load(first + distance, count); }
};

/// Adds eight sites of a row at a time to `sums`: the order of additions depends neither on the width of the machine's vectors nor on
/// where the field lies. `add(sites, sums)` adds products of fields, so that lanes without a site add nothing.
template <std::size_t quantities, class Add>
void add_row(const double* row, std::size_t sites, std::array<Octet, quantities>& sums, Add add) {
  std::size_t x = 0;
  for (; x + kOctet <= sites; x += kOctet) add(SiteGroup{row + x, kOctet}, sums);
  if (x < sites) add(SiteGroup{row + x, sites - x}, sums);
}

/// Averages over all sites.
template <std::size_t quantities, class Add>
std::array<double, quantities> site_averages(const WrappedField& field, Add add) {
  std::array<Octet, quantities> sums{};
  for (std::size_t y = 0; y < field.extents().y; ++y) add_row(field.row(y), field.extents().x, sums, add);
  std::array<double, quantities> averages{};
  for (std::size_t q = 0; q < quantities; ++q) averages[q] = total(sums[q]) / static_cast<double>(field.extents().sites());
  return averages;
}

}  // namespace scorefield
