#include "stages/chain_start.h"

#include <algorithm>
#include <cmath>

namespace scorefield {
namespace {

std::uint64_t unsigned_of(std::int64_t number) { return static_cast<std::uint64_t>(number); }

/// This rank's sites of configuration `number`.
void read_sites(const H5File& file, const Domain& domain, std::int64_t number, std::span<double> sites) {
  const Range &rows = domain.rows(), &columns = domain.columns();
  const Slab slab{{unsigned_of(number), 0, unsigned_of(rows.begin), unsigned_of(columns.begin)},
                  {1, 1, 1, 1},
                  {1, 1, unsigned_of(domain.lattice().y), unsigned_of(domain.lattice().x)},
                  {1, 1, unsigned_of(rows.size()), unsigned_of(columns.size())}};
  file.read_slab("/field", slab, sites);
  if (!std::all_of(sites.begin(), sites.end(), [](double value) { return std::isfinite(value); })) {
    throw NumericalError(file.path().string() + ": configuration " + std::to_string(number) +
                         " holds what is infinite or not a number: start from another file");
  }
}

}  // namespace

void read_start(const Context& context, LatticeChains& chains) {
  const Params& params = context.deck.params;
  const Domain& domain = chains.domain();
  const Comm self = Comm::self();  // ranks may read the same configurations, which MPI-IO together does not do well (read_rows)
  require_all(context.comm, [&] {
    const H5File file = H5File::open(params.generate.start_file, self);
    file.require(file.exists("/field") && file.holds_numbers("/field"), "has no /field of numbers: generate.start-file takes an ensemble");
    const Shape shape = file.shape("/field");
    const Shape wanted = {shape.empty() ? 0 : shape[0], 1, unsigned_of(domain.lattice().y), unsigned_of(domain.lattice().x)};
    file.require(shape == wanted && wanted[0] > 0, "holds no real fields on this lattice: its /field must have the shape (N, 1, " +
                                                       std::to_string(domain.lattice().y) + ", " + std::to_string(domain.lattice().x) +
                                                       ")");
    const auto stored = static_cast<std::int64_t>(shape[0]), all = params.generate.chains;
    std::vector<double> sites(static_cast<std::size_t>(chains.sites()));
    for (std::int64_t chain = domain.chains().begin; chain < domain.chains().end; ++chain) {
      const std::int64_t number = ((stored - all + chain) % stored + stored) % stored;
      read_sites(file, domain, number, sites);
      chains.copy_in(chain - domain.chains().begin, sites);
    }
  });
}

}  // namespace scorefield
