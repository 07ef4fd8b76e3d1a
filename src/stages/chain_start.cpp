#include "stages/chain_start.h"

#include <algorithm>
#include <filesystem>

#include "base/finite.h"
#include "stages/contents.h"

namespace scorefield {
namespace {

std::uint64_t unsigned_of(std::int64_t number) { return static_cast<std::uint64_t>(number); }

void require_finite(const H5File& file, std::int64_t number, std::span<const double> sites) {
  if (all_finite(sites)) return;
  throw NumericalError(file.path().string() + ": configuration " + std::to_string(number) +
                       " holds what is infinite or not a number: start from another file");
}

/// What the seal of generate.start-file says: all ranks compare it together, each its share. Collective.
Seal verify_start(const Context& context) {
  const std::string& path = context.deck.params.generate.start_file;
  require_all(context.comm, [&] {
    if (context.comm.is_root() && !std::filesystem::is_regular_file(path))
      throw InputError("no file " + path + ": set generate.start-file to an ensemble on this lattice");
  });
  return context.files->seal(context.comm, path);
}

/// generate.start-file, opened by this rank alone: ranks may read the same configurations, which MPI-IO together does not do well.
H5File open_start(const Params& params, const Comm& self, Seal seal) {
  H5File file = H5File::open(params.generate.start_file, self, seal);
  file.require(file.exists("/field") && file.holds_numbers("/field"), "has no /field of numbers: generate.start-file takes an ensemble");
  const Shape shape = file.shape("/field");
  const Shape wanted = shape_of_fields(params, shape.empty() ? 0 : shape[0]);
  file.require(shape == wanted && wanted[0] > 0, std::string("holds no ") + (is_complex(params.model) ? "complex" : "real") +
                                                     " fields on this lattice: its /field must have the shape (N, " +
                                                     std::to_string(wanted[1]) + ", " + std::to_string(wanted[2]) + ", " +
                                                     std::to_string(wanted[3]) + ")");
  return file;
}

/// The configuration that a chain starts from.
std::int64_t start_of(const H5File& file, const Params& params, std::int64_t chain) {
  const auto stored = static_cast<std::int64_t>(file.shape("/field")[0]);
  return ((stored - params.generate.chains + chain) % stored + stored) % stored;
}

/// This rank's sites of configuration `number`, all components.
void read_sites(const H5File& file, const Domain& domain, std::int64_t number, std::span<double> sites) {
  const std::uint64_t components = file.shape("/field")[1];
  const Range &rows = domain.rows(), &columns = domain.columns();
  const Slab slab{{unsigned_of(number), 0, unsigned_of(rows.begin), unsigned_of(columns.begin)},
                  {1, 1, 1, 1},
                  {1, components, unsigned_of(domain.lattice().y), unsigned_of(domain.lattice().x)},
                  {1, components, unsigned_of(rows.size()), unsigned_of(columns.size())}};
  file.read_slab("/field", slab, sites);
  require_finite(file, number, sites);
}

}  // namespace

void require_start(const Context& context) {
  const Params& params = context.deck.params;
  const Comm self = Comm::self();
  const Seal seal = verify_start(context);
  require_all(context.comm, [&] {
    if (!context.comm.is_root()) return;
    const H5File file = open_start(params, self, seal);
    std::vector<double> sites(unsigned_of(components_of(params.model) * params.lattice.size[0] * params.lattice.size[1]));
    const auto stored = static_cast<std::int64_t>(file.shape("/field")[0]);
    for (std::int64_t chain = 0; chain < std::min(params.generate.chains, stored); ++chain) {
      const std::int64_t number = start_of(file, params, chain);
      file.read_rows("/field", unsigned_of(number), 1, sites);
      require_finite(file, number, sites);
    }
  });
}

void read_start(const Context& context, LatticeChains& chains) {
  const Params& params = context.deck.params;
  const Domain& domain = chains.domain();
  const Comm self = Comm::self();
  const Seal seal = verify_start(context);
  require_all(context.comm, [&] {
    const H5File file = open_start(params, self, seal);
    std::vector<double> sites(static_cast<std::size_t>(chains.numbers()));
    for (std::int64_t chain = domain.chains().begin; chain < domain.chains().end; ++chain) {
      read_sites(file, domain, start_of(file, params, chain), sites);
      chains.copy_in(chain - domain.chains().begin, sites);
    }
  });
}

}  // namespace scorefield
