#include "stages/chains_of_file.h"

#include <algorithm>
#include <cmath>

namespace scorefield {

std::vector<std::size_t> chains_of_file(const Context& context, const H5File& file, std::uint64_t samples) {
  std::vector<std::size_t> result(context.comm.is_root() ? samples : 0, 0);
  if (!file.exists("/chain")) return result;
  file.require(file.shape("/chain") == Shape{samples}, "is damaged: /chain is not as long as /field");
  std::vector<double> stored(result.size());
  file.read_rows("/chain", 0, stored.size(), stored);
  require_all(context.comm, [&] {
    const bool good = std::all_of(stored.begin(), stored.end(),
                                  [&](double c) { return c >= 0.0 && c < static_cast<double>(samples) && c == std::floor(c); });
    if (!good) throw InputError(file.path().string() + " is damaged: /chain does not number the chains of its configurations");
  });
  std::copy(stored.begin(), stored.end(), result.begin());
  return result;
}

std::vector<std::size_t> lengths_of_chains(const std::vector<std::size_t>& chain_of) {
  if (chain_of.empty()) return {};
  std::vector<std::size_t> result(*std::max_element(chain_of.begin(), chain_of.end()) + 1, 0);
  for (const std::size_t chain : chain_of) ++result[chain];
  return result;
}

}  // namespace scorefield
