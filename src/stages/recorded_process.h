// What was recorded of configurations along a process, as measurements read it.
#pragma once

#include <string>
#include <vector>

#include "base/hdf5.h"
#include "statistics/level_estimates.h"

namespace scorefield {

/// Rows [block][record][...] of `group` (/forward or /backward) of a file, in bins. The constructor, read and write are collective.
class RecordedProcess {
 public:
  /// `file` must outlive it. AgreedError if there are too few blocks for errors.
  RecordedProcess(const H5File& file, std::string group, std::size_t most_bins);

  std::vector<double> read(const std::string& dataset) const { return file_.read_all(group_ + dataset); }
  /// Sums, [block][record][quantity]. AgreedError if they are not as many for each.
  std::vector<double> read_sums(const std::string& dataset) const;
  const std::vector<NoiseLevel>& levels() const { return levels_; }
  /// Configurations a bin.
  const std::vector<double>& sizes() const { return sizes_; }
  std::size_t bins() const { return sizes_.size(); }

  /// Sums of one record in all bins, [bin][quantity]. Local.
  std::vector<double> bins_of(const std::vector<double>& sums, std::size_t record) const;

  /// Levels, how many configurations there are and what they are, to `group` of `out`.
  void write_levels(H5File& out, const std::string& group) const;
  /// These, sources and histograms.
  void write(H5File& out, const std::string& group) const;

 private:
  const H5File& file_;
  std::string group_;
  std::vector<NoiseLevel> levels_;
  std::size_t blocks_ = 0;
  std::vector<double> sizes_;
};

/// Values and errors of a level behind those of others. Local.
void append(Estimate& to, const Estimate& from);

}  // namespace scorefield
