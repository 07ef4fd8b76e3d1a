// What is summed and counted over configurations while they pass by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace scorefield {

/// At each of some records (levels of a process; one for a file that is measured): sums of quantities, and counts in cells. Local.
class Tally {
 public:
  virtual ~Tally() = default;

  virtual std::size_t records() const = 0;
  /// Sums a record.
  virtual std::size_t quantities() const = 0;
  /// Counts a record.
  virtual std::size_t cells() const = 0;
  /// Sums over all records.
  std::int64_t numbers() const { return static_cast<std::int64_t>(records() * quantities()); }

  /// Sums (quantities) over a piece of configurations at one record, by a binary tree (base/pairwise_sum.h) whose leaves are 64
  /// configurations: the order of additions depends neither on the width of vectors nor on the size of the piece. `x`: all numbers of a
  /// configuration, one configuration behind the other.
  virtual std::vector<double> sums(std::size_t record, std::span<const double> x) const = 0;
  /// Adds to `counts` (cells) of one record.
  virtual void count(std::size_t record, std::span<const double> x, std::span<double> counts) const = 0;
};

/// A tally whose sums are kept in a file, block by block of configurations.
class Recording : public Tally {
 public:
  /// The dataset of some consecutive quantities of a record, (blocks, records, quantities).
  struct Part {
    std::string name;
    std::size_t quantities;
  };
  virtual std::vector<Part> parts() const = 0;
  /// What is known before the work.
  struct Table {
    std::string name;
    std::vector<std::uint64_t> shape;
    std::vector<double> values;
  };
  virtual std::vector<Table> tables() const = 0;
};

}  // namespace scorefield
