// Sums of rows over blocks of consecutive configurations of a chain, and some series of each chain. Local.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "statistics/binning.h"

namespace scorefield {

/// One of the observables whose autocorrelations are looked at, from a row.
struct SeriesOf {
  std::string name;
  std::function<double(std::span<const double> row)> value;
};

/// Blocks that rows of so many numbers are summed over, beside those that are not full, one a chain.
std::size_t most_blocks(std::size_t width);

/// Blocks are the raw material of jackknife bins: so many that bins of any size fit, so few that they fit into memory.
class ChainSums {
 public:
  /// `lengths`: configurations of each chain; `width`: numbers a row.
  ChainSums(std::vector<std::size_t> lengths, std::size_t width, std::vector<SeriesOf> series);

  /// The next configuration of a chain.
  void add(std::size_t chain, std::span<const double> row);

  /// [series][chain][configuration].
  const std::vector<std::vector<std::vector<double>>>& series() const { return series_; }
  const std::vector<SeriesOf>& series_names() const { return names_; }

  /// Bins of at least `size` configurations, unions of blocks: sums [bin][width] and how many configurations each has. The last block of a
  /// chain may be shorter than the others: the bin that it is in may then have fewer than `size`, as has that of a shorter chain.
  struct Binned {
    std::vector<double> sums;
    std::vector<double> counts;
    bool too_few = false;
  };
  Binned bins(std::size_t size) const;

 private:
  std::vector<std::size_t> lengths_;
  std::size_t width_;
  std::size_t block_;                     ///< configurations a block
  std::vector<std::size_t> first_block_;  ///< of each chain
  std::vector<std::size_t> done_;         ///< configurations of each chain
  std::vector<double> sums_;              ///< [block][width]
  std::vector<SeriesOf> names_;
  std::vector<std::vector<std::vector<double>>> series_;
};

}  // namespace scorefield
