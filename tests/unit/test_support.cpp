#include "test_support.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace scorefield::test {
namespace {

const Comm* the_world = nullptr;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): set once by main

}  // namespace

const Comm& world() { return *the_world; }
void set_world(const Comm& comm) { the_world = &comm; }

SharedFolder::SharedFolder() {
  std::string name;
  require_all(world(), [&] {
    if (!world().is_root()) return;
    name = (std::filesystem::temp_directory_path() / "scorefield-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw IoError("cannot make " + name);
  });
  world().broadcast(name);
  path_ = name;
}

SharedFolder::~SharedFolder() {
  world().barrier();
  std::error_code ignored;
  if (world().is_root()) std::filesystem::remove_all(path_, ignored);
}

std::vector<std::uint64_t> bits(std::span<const double> values) {
  std::vector<std::uint64_t> result;
  for (const double value : values) result.push_back(bits(value));
  return result;
}

Caught caught(const std::function<void()>& action) {
  try {
    action();
  } catch (const AgreedError& error) {
    return {true, true, error.code(), error.what()};
  } catch (const Error& error) {
    return {true, false, error.code(), error.what()};
  } catch (const std::exception& error) {
    return {true, false, ExitCode::internal, error.what()};
  }
  return {};
}

Moments measure_moments(std::int64_t count, const Maker& make) {
  std::array<double, 2 * std::size_t{kMaxOrder}> sums{};
  const Range mine = share(count, world().size(), world().rank());
  std::vector<double> x;
  for (std::int64_t first = mine.begin; first < mine.end; first += 4096) {
    x.resize(static_cast<std::size_t>(std::min<std::int64_t>(4096, mine.end - first)));
    make(static_cast<std::uint64_t>(first), x);
    for (const double value : x) {
      double power = 1.0;
      for (double& sum : sums) sum += (power *= value);
    }
  }
  world().sum(std::span<double>(sums));
  Moments result;
  const auto n = static_cast<double>(count);
  for (std::size_t order = 1; order <= kMaxOrder; ++order) {
    const double mean = sums[order - 1] / n;
    result.value[order - 1] = mean;
    result.error[order - 1] = std::sqrt((sums[2 * order - 1] / n - mean * mean) / n);
  }
  return result;
}

double integrate(const std::function<double(double)>& f, double low, double high, int points) {
  const double step = (high - low) / (points - 1);
  double sum = 0.5 * (f(low) + f(high));
  for (int i = 1; i + 1 < points; ++i) sum += f(low + step * i);
  return sum * step;
}

}  // namespace scorefield::test
