#include "stages/configuration_rows.h"

#include <algorithm>
#include <vector>

#include "base/parallel.h"

namespace scorefield {
namespace {

/// Configurations that all ranks look at together.
std::int64_t batch_of(const ConfigurationRows& rows, int ranks) {
  const std::size_t a_rank = std::max<std::size_t>(1, kNumbersRead / rows.numbers);
  const std::size_t at_root = std::max<std::size_t>(1, kNumbersGathered / rows.width);
  return static_cast<std::int64_t>(std::min(a_rank * static_cast<std::size_t>(ranks), at_root));
}

}  // namespace

void for_configurations(const Context& context, const std::string& what, const H5File& file, std::uint64_t samples,
                        const ConfigurationRows& rows) {
  const auto all = static_cast<std::int64_t>(samples);
  const std::int64_t step = batch_of(rows, context.comm.size());
  Progress progress(context.log, what, static_cast<double>(all), "configurations");
  std::vector<double> field, found;
  for (std::int64_t begin = 0; begin < all; begin += step) {
    stop_if_asked(context);
    const Range mine = share(std::min(step, all - begin), context.comm.size(), context.comm.rank());
    field.resize(static_cast<std::size_t>(mine.size()) * rows.numbers);
    found.resize(static_cast<std::size_t>(mine.size()) * rows.width);
    file.read_rows("/field", static_cast<std::uint64_t>(begin + mine.begin), static_cast<std::uint64_t>(mine.size()), field);
    require_all(context.comm, [&] {
      parallel_for(0, mine.size(), [&](std::int64_t i) {
        const auto at = static_cast<std::size_t>(i);
        rows.observe(static_cast<std::size_t>(thread_number()), std::span(field).subspan(at * rows.numbers, rows.numbers),
                     std::span(found).subspan(at * rows.width, rows.width));
      });
    });
    const std::vector<double> gathered = context.comm.gather(found);
    for (std::size_t i = 0; i * rows.width < gathered.size(); ++i) {
      rows.add(static_cast<std::size_t>(begin) + i, std::span(gathered).subspan(i * rows.width, rows.width));
    }
    progress.update(static_cast<double>(std::min(all, begin + step)));
  }
  progress.finish();
}

}  // namespace scorefield
