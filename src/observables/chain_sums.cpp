#include "observables/chain_sums.h"

#include <algorithm>
#include <numeric>

namespace scorefield {
namespace {

std::size_t block_size_for(const std::vector<std::size_t>& lengths, std::size_t width) {
  const std::size_t all = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
  const std::size_t blocks = most_blocks(width);
  return std::max<std::size_t>(1, (all + blocks - 1) / blocks);
}

}  // namespace

std::size_t most_blocks(std::size_t width) {
  constexpr std::size_t kMostNumbers = std::size_t{1} << 25;  // of all blocks: 256 MiB
  constexpr std::size_t kMost = 4096, kFewest = 32;
  return std::clamp(kMostNumbers / width, kFewest, kMost);
}

ChainSums::ChainSums(std::vector<std::size_t> lengths, std::size_t width, std::vector<SeriesOf> series)
    : lengths_(std::move(lengths)),
      width_(width),
      block_(block_size_for(lengths_, width)),
      done_(lengths_.size(), 0),
      names_(std::move(series)),
      series_(names_.size(), std::vector<std::vector<double>>(lengths_.size())) {
  std::size_t blocks = 0;
  for (std::size_t chain = 0; chain < lengths_.size(); ++chain) {
    first_block_.push_back(blocks);
    blocks += (lengths_[chain] + block_ - 1) / block_;
    for (auto& of : series_) of[chain].reserve(lengths_[chain]);
  }
  sums_.resize(blocks * width_, 0.0);
}

void ChainSums::add(std::size_t chain, std::span<const double> row) {
  double* sum = sums_.data() + (first_block_[chain] + done_[chain]++ / block_) * width_;
  for (std::size_t i = 0; i < width_; ++i) sum[i] += row[i];
  for (std::size_t s = 0; s < names_.size(); ++s) series_[s][chain].push_back(names_[s].value(row));
}

ChainSums::Binned ChainSums::bins(std::size_t size) const {
  std::vector<std::size_t> blocks;
  for (const std::size_t length : lengths_) blocks.push_back((length + block_ - 1) / block_);
  const Bins cut = cut_into_bins(blocks, (size + block_ - 1) / block_);
  Binned result{{}, {}, cut.too_few};
  for (const Bin& bin : cut.bins) {
    std::vector<double> sum(width_, 0.0);
    for (std::size_t block = bin.begin; block < bin.end; ++block) {
      const double* from = sums_.data() + (first_block_[bin.replica] + block) * width_;
      for (std::size_t i = 0; i < width_; ++i) sum[i] += from[i];
    }
    result.sums.insert(result.sums.end(), sum.begin(), sum.end());
    result.counts.push_back(static_cast<double>(std::min(bin.end * block_, lengths_[bin.replica]) - bin.begin * block_));
  }
  return result;
}

}  // namespace scorefield
