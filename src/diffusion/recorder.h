// What is recorded along the forward and backward processes: sums for moments, generating function, histogram.
#pragma once

#include <span>
#include <vector>

#include "base/tally.h"
#include "deck/params.h"
#include "diffusion/schedule.h"

namespace scorefield {

/// At each recorded level and for each piece of configurations: sums of x^n (n = 1..8) and of e^{J x} on a grid of
/// J, and counts of x in cells. Sources are given in units of 1/sd(t) and cells span five sd(t) to each side of the
/// mean, sd(t) = sqrt(variance f^2 + Xi), so that the statistics are equally good at every level. Local.
class Recorder : public Recording {
 public:
  Recorder(std::vector<NoiseLevel> levels, const Reference& reference, const MeasureParams& measure);

  std::size_t records() const override { return levels_.size(); }
  /// 8 powers, then one exponential a source.
  std::size_t quantities() const override { return kMaxOrder + sources_.size(); }
  std::size_t cells() const override { return cells_; }
  /// J at a record, in field^-1.
  std::vector<double> sources(std::size_t record) const;
  /// The cells + 1 edges at a record.
  std::vector<double> edges(std::size_t record) const;

  /// Levels, sources and edges; sums of powers and exponentials.
  std::vector<Part> parts() const override { return {{"/power_sums", kMaxOrder}, {"/exponential_sums", sources_.size()}}; }
  std::vector<Table> tables() const override;

  std::vector<double> sums(std::size_t record, std::span<const double> x) const override;
  void count(std::size_t record, std::span<const double> x, std::span<double> counts) const override;

 private:
  double deviation(std::size_t record) const { return total_deviation(levels_[record], reference_); }
  double centre(std::size_t record) const { return reference_.mean * levels_[record].kept; }

  std::vector<NoiseLevel> levels_;
  Reference reference_;
  std::vector<double> sources_;
  std::size_t cells_;
};

}  // namespace scorefield
