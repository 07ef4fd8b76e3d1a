// What is recorded along the forward and backward processes: sums for moments, generating function, histogram.
#pragma once

#include <span>
#include <vector>

#include "deck/params.h"
#include "diffusion/schedule.h"

namespace scorefield {

/// At each recorded level and for each unit of configurations: sums of x^n (n = 1..8) and of e^{J x} on a grid of
/// J, and counts of x in cells. Sources are given in units of 1/sd(t) and cells span five sd(t) to each side of the
/// mean, sd(t) = sqrt(variance f^2 + Xi), so that the statistics are equally good at every level. Local.
class Recorder {
 public:
  Recorder(std::vector<NoiseLevel> levels, const Reference& reference, const MeasureParams& measure);

  const std::vector<NoiseLevel>& levels() const { return levels_; }
  std::size_t records() const { return levels_.size(); }
  /// Sums a record: 8 powers, then one exponential a source.
  std::size_t quantities() const { return kMaxOrder + sources_.size(); }
  std::size_t cells() const { return cells_; }
  /// Sums over all records.
  std::int64_t numbers() const { return static_cast<std::int64_t>(records() * quantities()); }
  /// J at a record, in field^-1.
  std::vector<double> sources(std::size_t record) const;
  /// The cells + 1 edges at a record.
  std::vector<double> edges(std::size_t record) const;

  /// Adds to `sums` (quantities) and `counts` (cells) of one record. The order of additions does not depend on
  /// the width of vectors: element i goes to lane i mod 8, and lanes are added at the end.
  void add(std::size_t record, std::span<const double> x, std::span<double> sums, std::span<double> counts) const;

 private:
  double deviation(std::size_t record) const { return total_deviation(levels_[record], reference_); }
  double centre(std::size_t record) const { return reference_.mean * levels_[record].kept; }

  std::vector<NoiseLevel> levels_;
  Reference reference_;
  std::vector<double> sources_;
  std::size_t cells_;
};

}  // namespace scorefield
