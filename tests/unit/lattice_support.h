// Chains on lattices for tests: all ways to cut them, sites set and read whole, and the phi^4 action by plain loops.
#pragma once

#include <string>
#include <vector>

#include "ensemble/chains.h"
#include "physics/phi4.h"
#include "test_support.h"

namespace scorefield::test {

/// One way to lay out chains over ranks and in memory.
struct Cut {
  ProcessGrid grid;
  std::int64_t tiles = 1;
  int depth = 1;
  std::string text() const;
};
/// All process grids of `ranks` ranks that fit lattice and chains; there may be none.
std::vector<ProcessGrid> process_grids(int ranks, const Extents& lattice, std::int64_t chains);
/// These grids, each with up to `tiles` tiles and every depth that fits, or the least and the largest only.
enum class Depths { all, ends };
std::vector<Cut> cuts(int ranks, const Extents& lattice, std::int64_t chains, std::int64_t tiles = 3, Depths depths = Depths::all);

/// Chains that are moved together, and what moves them.
class TestChains {
 public:
  /// All `chains` chains over the ranks of `comm`. Collective.
  TestChains(const Comm& comm, const Extents& lattice, std::int64_t chains, Phi4 phi4, const Cut& cut);
  /// The chains with these numbers on this rank alone. Local.
  TestChains(const Extents& lattice, const Range& numbers, Phi4 phi4);
  TestChains(const TestChains&) = delete;
  TestChains& operator=(const TestChains&) = delete;
  ~TestChains() = default;

  /// Sets a field's sites, of numbers [chain][y][x] of all chains of the communicator. Local.
  void set(Field& field, std::span<const double> sites) const;
  /// Standard normals on all sites, the same for every cut. Local.
  void set_normals(Field& field, std::uint64_t seed) const;
  /// The inverse of `set`: all chains, on all ranks, to the bit. Collective over the communicator.
  std::vector<double> sites(Field& field);

  Domain domain;
  Layout layout;
  Phi4 action;
  Workspace work;
  ChainGroup group;

 private:
  const Comm* comm_;  ///< null: this rank alone
  std::int64_t chains_;
};

/// This rank's share of chains [0, chains) over all ranks of the tests, as local chains.
Range my_share(std::int64_t chains);

/// Mean over chains of one number each, and its standard error from their spread. Every rank hands over those of its share. Collective.
struct Estimate {
  double mean = 0.0;
  double error = 0.0;
  double sigmas_from(double expected) const { return sigmas(mean, expected, error); }
};
Estimate over_chains(std::span<const double> mine);

/// Parameters of a small phi^4 run with a step that suits the algorithm.
Params lattice_params(const std::string& algorithm, const Extents& lattice, std::int64_t chains);

/// How many numbers of two arrays differ in a bit; all of them if the sizes differ.
std::size_t different(std::span<const double> a, std::span<const double> b);

/// `count` standard normals.
std::vector<double> some_normals(std::size_t count, std::uint64_t seed);

/// phi^4 on one lattice [y][x] by loops over sites and neighbours.
struct PlainPhi4 {
  Extents lattice;
  double kappa = 0.0;
  double lambda = 0.0;
  std::size_t site(std::int64_t y, std::int64_t x) const;  ///< periodic
  long double action(std::span<const double> phi) const;
  std::vector<double> force(std::span<const double> phi) const;
};

}  // namespace scorefield::test
