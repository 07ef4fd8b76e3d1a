// What the tests share: the communicator, a folder for files, bit patterns, moments with their errors.
#pragma once

#include <bit>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "base/mpi.h"
#include "physics/exact_law.h"

namespace scorefield {

/// How GoogleTest shows exit codes.
inline void PrintTo(ExitCode code, std::ostream* out) { *out << "exit code " << static_cast<int>(code); }

}  // namespace scorefield

namespace scorefield::test {

/// The communicator of all ranks that run the tests.
const Comm& world();
void set_world(const Comm& comm);

/// A new, empty folder that all ranks see, removed at the end. Construction and destruction are collective.
class SharedFolder {
 public:
  SharedFolder();
  ~SharedFolder();
  SharedFolder(const SharedFolder&) = delete;
  SharedFolder& operator=(const SharedFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// True if the root sees this file, after all ranks came here. Collective.
bool there(const std::filesystem::path& path);

/// A file as bytes. Local.
std::string read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, const std::string& bytes);
/// The root flips the lowest bit of one byte, in the middle unless told, of a file that no rank has open. Collective.
void damage(const std::filesystem::path& path, std::int64_t position = -1);

/// Bit patterns, for comparisons that tell -0 from 0 and take NaN as equal to itself.
std::vector<std::uint64_t> bits(std::span<const double> values);
inline std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

/// An error as a test sees it; `thrown` is false if there was none.
struct Caught {
  bool thrown = false;
  bool agreed = false;
  ExitCode code = ExitCode::complete;
  std::string message;
  int ranks = 0;  ///< that agreed
};
Caught caught(const std::function<void()>& action);

/// Raw moments <x^n>, n = 1..8, of `count` configurations that the ranks make in parts, and the standard error of each.
struct Moments {
  Orders value{};
  Orders error{};
};
/// `make(first, x)` fills x with configurations first, first+1, ...
using Maker = std::function<void(std::uint64_t first, std::span<double> x)>;
Moments measure_moments(std::int64_t count, const Maker& make);

/// (value - expected)/error.
inline double sigmas(double value, double expected, double error) { return (value - expected) / error; }

/// Sum of leaves by the definition of the binary tree: left of the last cut is the largest power of two below the number of leaves.
double tree_sum(std::span<const double> leaves);

/// Integral of `f` from `low` to `high` by the trapezoidal rule, for functions that vanish at both ends (where it
/// converges faster than any power).
double integrate(const std::function<double(double)>& f, double low, double high, int points = 4001);

}  // namespace scorefield::test
