#include "lattice_support.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/rng.h"

namespace scorefield::test {

std::string Cut::text() const { return grid.text() + ", " + std::to_string(tiles) + " tiles, depth " + std::to_string(depth); }

std::vector<ProcessGrid> process_grids(int ranks, const Extents& lattice, std::int64_t chains) {
  std::vector<ProcessGrid> grids;
  for (std::int64_t replicas = 1; replicas <= std::min<std::int64_t>(ranks, chains); ++replicas) {
    for (std::int64_t y = 1; y <= std::min<std::int64_t>(ranks, lattice.y); ++y) {
      for (std::int64_t x = 1; x <= std::min<std::int64_t>(ranks, lattice.x); ++x) {
        if (replicas * y * x == ranks) grids.push_back({replicas, y, x});
      }
    }
  }
  return grids;
}

std::vector<Cut> cuts(int ranks, const Extents& lattice, std::int64_t chains, std::int64_t tiles, Depths depths) {
  std::vector<Cut> all;
  for (const ProcessGrid& grid : process_grids(ranks, lattice, chains)) {
    const std::int64_t rows = lattice.y / grid.y, columns = lattice.x / grid.x;
    for (std::int64_t t = 1; t <= std::min(tiles, rows); ++t) {
      const auto deepest = static_cast<int>(std::min<std::int64_t>({kLanes, rows / t, columns}));
      for (int depth = 1; depth <= deepest; ++depth) {
        if (depths == Depths::all || depth == 1 || depth == deepest) all.push_back({grid, t, depth});
      }
    }
  }
  return all;
}

TestChains::TestChains(const Comm& comm, const Extents& lattice, std::int64_t chains, Phi4 phi4, const Cut& cut)
    : domain(comm, lattice, chains, cut.grid),
      layout(make_layout(domain, cut.tiles, cut.depth)),
      action(std::move(phi4)),
      work(domain, layout, &action, domain.chains().size(), 1, true),
      group{Field(domain, layout, domain.chains().size()), domain.chains(), {}, {}},
      comm_(&comm),
      chains_(chains) {
  group.outcome.resize(static_cast<std::size_t>(domain.chains().size()));
}

TestChains::TestChains(const Extents& lattice, const Range& numbers, Phi4 phi4)
    : domain(Comm::self(), lattice, numbers.size(), {1, 1, 1}),
      layout(make_layout(domain, 1)),
      action(std::move(phi4)),
      work(domain, layout, &action, numbers.size(), 1, false),
      group{Field(domain, layout, numbers.size()), numbers, {}, std::vector<Outcome>(static_cast<std::size_t>(numbers.size()))},
      comm_(nullptr),
      chains_(numbers.size()) {}

void TestChains::set(Field& field, std::span<const double> sites) const {
  const Range &rows = domain.rows(), &columns = domain.columns();
  for (std::int64_t chain = 0; chain < domain.chains().size(); ++chain) {
    const double* lattice = sites.data() + (domain.chains().begin + chain) * domain.lattice().sites();
    for (std::int64_t y = rows.begin; y < rows.end; ++y) {
      std::copy_n(lattice + y * domain.lattice().x + columns.begin, columns.size(), field.sites(chain, y - rows.begin));
    }
  }
}

void TestChains::set_normals(Field& field, std::uint64_t seed) const {
  const std::int64_t numbers = domain.lattice().sites();
  std::vector<double> all(static_cast<std::size_t>(chains_ * numbers));
  const std::int64_t first = group.chains.begin - domain.chains().begin;  // of those on this rank alone
  fill_normals({seed, Stream::start, 0}, static_cast<std::uint64_t>(first * numbers), all);
  set(field, all);
}

std::vector<double> TestChains::sites(Field& field) {
  const Range &rows = domain.rows(), &columns = domain.columns();
  std::vector<std::uint64_t> all(static_cast<std::size_t>(chains_ * domain.lattice().sites()));
  for (std::int64_t chain = 0; chain < domain.chains().size(); ++chain) {
    std::uint64_t* lattice = all.data() + (domain.chains().begin + chain) * domain.lattice().sites();
    for (std::int64_t y = rows.begin; y < rows.end; ++y) {
      const double* row = field.sites(chain, y - rows.begin);
      for (std::int64_t x = 0; x < columns.size(); ++x) lattice[y * domain.lattice().x + columns.begin + x] = bits(row[x]);
    }
  }
  if (comm_ != nullptr) comm_->sum(std::span(all));
  std::vector<double> numbers;
  for (const std::uint64_t each : all) numbers.push_back(std::bit_cast<double>(each));
  return numbers;
}

Params lattice_params(const std::string& algorithm, const Extents& lattice, std::int64_t chains) {
  Params params;
  params.run.seed = 17;
  params.model.name = "phi4";
  params.model.lambda = 0.1;
  params.lattice.size = {lattice.y, lattice.x};
  params.generate.chains = chains;
  params.generate.algorithm = algorithm;
  params.generate.trajectory = 0.5;
  params.generate.step = algorithm == "hmc" ? 0.25 : 0.1;
  return params;
}

Range my_share(std::int64_t chains) { return share(chains, world().size(), world().rank()); }

Estimate over_chains(std::span<const double> mine) {
  std::vector<double> sums(3);
  for (const double value : mine) {
    sums[0] += 1.0;
    sums[1] += value;
  }
  world().sum(std::span(sums).first(2));
  const double mean = sums[1] / sums[0];
  for (const double value : mine) sums[2] += (value - mean) * (value - mean);
  world().sum(std::span(sums).last(1));
  return {mean, std::sqrt(sums[2] / (sums[0] - 1.0) / sums[0])};
}

std::size_t different(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size()) return std::max(a.size(), b.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += bits(a[i]) != bits(b[i]) ? 1 : 0;
  return count;
}

std::vector<double> some_normals(std::size_t count, std::uint64_t seed) {
  std::vector<double> numbers(count);
  fill_normals({seed, Stream::start, 0}, 0, numbers);
  return numbers;
}

std::size_t PlainPhi4::site(std::int64_t y, std::int64_t x) const {
  return static_cast<std::size_t>((y + lattice.y) % lattice.y * lattice.x + (x + lattice.x) % lattice.x);
}

long double PlainPhi4::action(std::span<const double> phi) const {
  long double sum = 0.0L;
  for (std::int64_t y = 0; y < lattice.y; ++y) {
    for (std::int64_t x = 0; x < lattice.x; ++x) {
      const long double here = phi[site(y, x)], square = here * here;
      const long double ahead = static_cast<long double>(phi[site(y, x + 1)]) + phi[site(y + 1, x)];
      sum += -2.0L * kappa * here * ahead + (1.0L - 2.0L * lambda) * square + lambda * square * square;
    }
  }
  return sum;
}

std::vector<double> PlainPhi4::force(std::span<const double> phi) const {
  std::vector<double> force;
  for (std::int64_t y = 0; y < lattice.y; ++y) {
    for (std::int64_t x = 0; x < lattice.x; ++x) {
      const double here = phi[site(y, x)];
      const double neighbours = phi[site(y, x - 1)] + phi[site(y, x + 1)] + phi[site(y - 1, x)] + phi[site(y + 1, x)];
      force.push_back(2.0 * kappa * neighbours - 2.0 * (1.0 - 2.0 * lambda) * here - 4.0 * lambda * here * here * here);
    }
  }
  return force;
}

}  // namespace scorefield::test
