#include "stages/recorded_process.h"

#include <algorithm>
#include <numeric>

#include "stages/field_sums.h"

namespace scorefield {

RecordedProcess::RecordedProcess(const H5File& file, std::string group, std::size_t most_bins) : file_(file), group_(std::move(group)) {
  const std::vector<double> time = read("/time"), kept = read("/kept"), variance = read("/noise_variance");
  for (std::size_t k = 0; k < time.size(); ++k) levels_.push_back({time[k], kept[k], variance[k]});
  const std::vector<double> block_sizes = read("/block_sizes");
  blocks_ = block_sizes.size();
  file_.require(blocks_ > 1 && !levels_.empty(), "has so few configurations that they have no error: make at least 128");
  sizes_ = add_to_bins(block_sizes, blocks_, std::min(blocks_, most_bins));
}

std::vector<double> RecordedProcess::read_sums(const std::string& dataset) const {
  std::vector<double> sums = read(dataset);
  file_.require(!sums.empty() && sums.size() % (blocks_ * levels_.size()) == 0,
                "is damaged: the datasets of " + group_ + " do not belong together");
  return sums;
}

std::vector<double> RecordedProcess::bins_of(const std::vector<double>& sums, std::size_t record) const {
  const std::size_t width = sums.size() / (blocks_ * levels_.size());
  std::vector<double> of_blocks;
  for (std::size_t b = 0; b < blocks_; ++b) {
    const double* row = &sums[(b * levels_.size() + record) * width];
    of_blocks.insert(of_blocks.end(), row, row + width);
  }
  return add_to_bins(of_blocks, blocks_, bins());
}

void RecordedProcess::write(H5File& out, const std::string& group) const {
  const std::uint64_t records = levels_.size();
  write_levels(out, group);
  const std::vector<double> sources = read("/sources"), edges = read("/histogram_edges"), counts = read("/histogram_counts");
  out.write_all(group + "/generating_function/source", {records, sources.size() / records}, sources);
  out.write_all(group + "/histogram/edges", {records, edges.size() / records}, edges);
  out.write_all(group + "/histogram/counts", {records, counts.size() / records}, counts, Stored::int64);
}

void RecordedProcess::write_levels(H5File& out, const std::string& group) const {
  for (const char* dataset : {"/time", "/kept", "/noise_variance"}) out.write_all(group + dataset, {levels_.size()}, read(dataset));
  out.set_attribute(group, "samples", static_cast<std::int64_t>(std::accumulate(sizes_.begin(), sizes_.end(), 0.0)));
  out.set_attribute(group, "bins", static_cast<std::int64_t>(bins()));
  for (const char* attribute : {"process", "score", "sampler"}) {
    if (const auto value = file_.text_attribute(group_, attribute)) out.set_attribute(group, attribute, *value);
  }
}

void append(Estimate& to, const Estimate& from) {
  to.value.insert(to.value.end(), from.value.begin(), from.value.end());
  to.error.insert(to.error.end(), from.error.begin(), from.error.end());
}

}  // namespace scorefield
