#include "observables/configuration.h"

namespace scorefield {

RowLayout::RowLayout(const LatticeObserver& observer)
    : scalars(observer.count()),
      slices_y(observer.extents().y / 2 + 1),
      slices_x(observer.extents().x / 2 + 1),
      spectrum(observer.extents().y * observer.extents().half_x()) {}

ConfigurationObserver::ConfigurationObserver(const FieldShape& shape)
    : scalars_(shape), correlator_(shape), spectrum_(shape), layout_(scalars_) {}

void ConfigurationObserver::observe(std::span<const double> field, std::span<double> row) {
  scalars_.observe(field, row.first(layout_.scalars));
  correlator_.observe(field, row.subspan(layout_.scalars, layout_.slices_y),
                      row.subspan(layout_.scalars + layout_.slices_y, layout_.slices_x));
  spectrum_.observe(field, row.last(layout_.spectrum));
}

}  // namespace scorefield
