#include "stages/recorded.h"

#include <algorithm>

#include "base/pairwise_sum.h"
#include "base/work_plan.h"

namespace scorefield {

void lay_out_recorded(H5File& file, const std::string& group, const Recording& recording, std::int64_t samples) {
  const std::int64_t block = block_size(samples);
  std::vector<double> sizes;
  for (std::int64_t first = 0; first < samples; first += block) sizes.push_back(static_cast<double>(std::min(block, samples - first)));
  for (const auto& table : recording.tables()) file.write_all(group + table.name, table.shape, table.values);
  file.write_all(group + "/block_sizes", {sizes.size()}, sizes, Stored::int64);
  for (const auto& part : recording.parts()) file.create_dataset(group + part.name, {sizes.size(), recording.records(), part.quantities});
  if (recording.cells() > 0) file.create_dataset(group + "/histogram_counts", {recording.records(), recording.cells()}, Stored::int64);
}

void write_sums(H5File& file, const std::string& group, const Recording& recording, std::int64_t first, std::span<const double> sums) {
  std::size_t begin = 0;
  for (const auto& part : recording.parts()) {
    std::vector<double> rows;
    for (std::size_t i = begin; i < sums.size(); i += recording.quantities()) {
      const auto row = sums.subspan(i, part.quantities);
      rows.insert(rows.end(), row.begin(), row.end());
    }
    file.write_rows(group + part.name, static_cast<std::uint64_t>(first), rows);
    begin += part.quantities;
  }
}

std::vector<double> read_sums(const Comm& comm, const H5File& file, const std::string& group, const Recording& recording,
                              std::int64_t blocks) {
  const std::size_t rows = comm.is_root() ? static_cast<std::size_t>(blocks) : 0, quantities = recording.quantities();
  std::vector<double> sums(rows * recording.records() * quantities);
  std::size_t begin = 0;
  for (const auto& part : recording.parts()) {
    std::vector<double> read(rows * recording.records() * part.quantities);
    file.read_rows(group + part.name, 0, rows, read);
    for (std::size_t i = 0; i < rows * recording.records(); ++i) {
      std::copy_n(read.data() + i * part.quantities, part.quantities, sums.data() + i * quantities + begin);
    }
    begin += part.quantities;
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
