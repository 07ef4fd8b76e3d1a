#include "stages/recorded.h"

#include <algorithm>

#include "base/pairwise_sum.h"
#include "base/work_plan.h"

namespace scorefield {

void lay_out_recorded(H5File& file, const std::string& group, const Recorder& recorder, std::int64_t samples) {
  const std::uint64_t records = recorder.records(), sources = recorder.quantities() - kMaxOrder;
  const std::int64_t block = block_size(samples);
  std::vector<double> times, kept, variance, all_sources, edges, sizes;
  for (std::size_t k = 0; k < records; ++k) {
    times.push_back(recorder.levels()[k].time);
    kept.push_back(recorder.levels()[k].kept);
    variance.push_back(recorder.levels()[k].noise_variance);
    const auto j = recorder.sources(k), e = recorder.edges(k);
    all_sources.insert(all_sources.end(), j.begin(), j.end());
    edges.insert(edges.end(), e.begin(), e.end());
  }
  for (std::int64_t first = 0; first < samples; first += block) sizes.push_back(static_cast<double>(std::min(block, samples - first)));
  file.write_all(group + "/time", {records}, times);
  file.write_all(group + "/kept", {records}, kept);
  file.write_all(group + "/noise_variance", {records}, variance);
  file.write_all(group + "/sources", {records, sources}, all_sources);
  file.write_all(group + "/block_sizes", {sizes.size()}, sizes, Stored::int64);
  file.write_all(group + "/histogram_edges", {records, recorder.cells() + 1}, edges);
  file.create_dataset(group + "/power_sums", {sizes.size(), records, kMaxOrder});
  file.create_dataset(group + "/exponential_sums", {sizes.size(), records, sources});
  file.create_dataset(group + "/histogram_counts", {records, recorder.cells()}, Stored::int64);
}

void write_sums(H5File& file, const std::string& group, const Recorder& recorder, std::int64_t first, std::span<const double> sums) {
  const std::size_t quantities = recorder.quantities();
  std::vector<double> powers, exponentials;
  for (std::size_t i = 0; i < sums.size(); i += quantities) {
    const auto part = sums.subspan(i, quantities);
    powers.insert(powers.end(), part.begin(), part.begin() + kMaxOrder);
    exponentials.insert(exponentials.end(), part.begin() + kMaxOrder, part.end());
  }
  file.write_rows(group + "/power_sums", static_cast<std::uint64_t>(first), powers);
  file.write_rows(group + "/exponential_sums", static_cast<std::uint64_t>(first), exponentials);
}

std::vector<double> read_sums(const Comm& comm, const H5File& file, const std::string& group, const Recorder& recorder,
                              std::int64_t blocks) {
  const auto rows = comm.is_root() ? static_cast<std::uint64_t>(blocks) : 0;
  const std::size_t records = recorder.records(), sources = recorder.quantities() - kMaxOrder;
  std::vector<double> powers(rows * records * kMaxOrder), exponentials(rows * records * sources), sums;
  file.read_rows(group + "/power_sums", 0, rows, powers);
  file.read_rows(group + "/exponential_sums", 0, rows, exponentials);
  for (std::size_t i = 0; i < rows * records; ++i) {
    const auto p = std::span(powers).subspan(i * kMaxOrder, kMaxOrder), e = std::span(exponentials).subspan(i * sources, sources);
    sums.insert(sums.end(), p.begin(), p.end());
    sums.insert(sums.end(), e.begin(), e.end());
  }
  return sums;
}

std::vector<double> coarsen(std::span<const double> sums, std::size_t numbers_per_block, std::int64_t factor) {
  std::vector<double> result;
  const std::size_t stride = static_cast<std::size_t>(factor) * numbers_per_block;
  for (std::size_t first = 0; first < sums.size(); first += stride) {
    PairwiseSum tree(numbers_per_block);
    for (std::size_t at = first; at < std::min(sums.size(), first + stride); at += numbers_per_block) {
      tree.add(sums.subspan(at, numbers_per_block));
    }
    const auto total = tree.total();
    result.insert(result.end(), total.begin(), total.end());
  }
  return result;
}

}  // namespace scorefield
