#include "test_support.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>

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

bool there(const std::filesystem::path& path) {
  world().barrier();
  return world().max(std::int64_t{world().is_root() && std::filesystem::exists(path)}) == 1;
}

std::string read_bytes(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void damage(const std::filesystem::path& path, std::int64_t position) {
  world().barrier();
  if (world().is_root()) {
    std::string bytes = read_bytes(path);
    char& byte = bytes.at(position < 0 ? bytes.size() / 2 : static_cast<std::size_t>(position));
    byte = static_cast<char>(byte ^ 1);
    write_bytes(path, bytes);
  }
  world().barrier();
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
    return {true, true, error.code(), error.what(), error.ranks};
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

double tree_sum(std::span<const double> leaves) {
  if (leaves.empty()) return 0.0;
  if (leaves.size() == 1) return leaves[0];
  const std::size_t left = std::bit_floor(leaves.size() - 1);
  return tree_sum(leaves.first(left)) + tree_sum(leaves.subspan(left));
}

double integrate(const std::function<double(double)>& f, double low, double high, int points) {
  const double step = (high - low) / (points - 1);
  double sum = 0.5 * (f(low) + f(high));
  for (int i = 1; i + 1 < points; ++i) sum += f(low + step * i);
  return sum * step;
}

}  // namespace scorefield::test
