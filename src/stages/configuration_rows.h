// Looking at all configurations of an ensemble: each rank and thread its share, and one row of numbers of each for the root.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "stages/context.h"

namespace scorefield {

inline constexpr std::size_t kNumbersRead = std::size_t{1} << 22;      ///< of fields, that a rank reads at once
inline constexpr std::size_t kNumbersGathered = std::size_t{1} << 24;  ///< of rows, that all ranks hand to the root at once

/// What is made of a configuration of `numbers` numbers: a row of `width`.
struct ConfigurationRows {
  std::size_t numbers = 0;
  std::size_t width = 0;
  /// Fills the row; `thread`: who of this rank does it.
  std::function<void(std::size_t thread, std::span<const double> configuration, std::span<double> row)> observe;
  /// Called on the root for configurations 0, 1, 2, ...
  std::function<void(std::size_t number, std::span<const double> row)> add;
};

/// Reads the `samples` configurations of /field, batch by batch, with progress called `what`. Stops where asked. Collective.
void for_configurations(const Context& context, const std::string& what, const H5File& file, std::uint64_t samples,
                        const ConfigurationRows& rows);

}  // namespace scorefield
