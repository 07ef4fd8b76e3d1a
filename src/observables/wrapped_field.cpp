#include "observables/wrapped_field.h"

#include <algorithm>

namespace scorefield {

WrappedField::WrappedField(FieldShape extents, std::size_t reach)
    : extents_(extents), reach_(reach), values_((extents.y + reach) * (extents.x + reach)) {}

void WrappedField::load(std::span<const double> field) {
  for (std::size_t y = 0; y < extents_.y; ++y) {
    double* row = values_.data() + y * stride();
    std::copy_n(field.data() + y * extents_.x, extents_.x, row);
    std::copy_n(row, reach_, row + extents_.x);
  }
  std::copy_n(values_.data(), reach_ * stride(), values_.data() + extents_.y * stride());
}

}  // namespace scorefield
