#include "ensemble/signs.h"

#include <algorithm>
#include <array>

#include "base/rng.h"
#include "base/vector_math.h"
#include "ensemble/clusters.h"
#include "lattice/collect.h"

namespace scorefield {
namespace {

constexpr std::int64_t kPiece = 512;  // sites of a row worked on together: their numbers stay in the first-level cache

/// A site's neighbour is in its cluster with probability 1 - e^h, h = -2 c phi phi', which is below 0 for equal signs only.
inline std::uint8_t bond_if(double uniform, double exponent, Bond bond) {
  return uniform > vmath::exp(exponent) ? static_cast<std::uint8_t>(bond) : std::uint8_t{0};
}

/// Bonds of sites [begin, begin + count) of a row; the first of them is number `site` of the random sequence.
void draw_bonds_of_piece(const RandomKey& key, std::int64_t site, double strength, const Block& phi, std::int64_t y, const Range& piece,
                         std::uint8_t* bonds) {
  std::array<double, 2 * kPiece> uniforms;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  std::array<double, kPiece> right;         // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  const double *here = phi.sites(y) + piece.begin, *below = phi.sites(y + 1) + piece.begin;
  const std::int64_t count = piece.size();
  fill_uniforms(key, static_cast<std::uint64_t>(2 * site), {uniforms.data(), static_cast<std::size_t>(2 * count)});
  std::copy_n(here + 1, count - 1, right.data());
  right[count - 1] = phi.wraps && piece.end == phi.columns ? phi.sites(y)[0] : here[count];
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const double hop = strength * here[i];
    bonds[i] = bond_if(uniforms[2 * i], hop * right[i], bond_right) | bond_if(uniforms[2 * i + 1], hop * below[i], bond_below);
  }
}

/// Bonds [row][column] of a block of chain number `chain`, whose ghosts must be current.
void draw_bonds(const RandomKey& key, const Extents& lattice, std::int64_t chain, double strength, const Block& phi, std::uint8_t* bonds) {
  for (std::int64_t y = 0; y < phi.rows; ++y) {
    for (std::int64_t begin = 0; begin < phi.columns; begin += kPiece) {
      const std::int64_t site = chain * lattice.sites() + (phi.first_row + y) * lattice.x + phi.first_column + begin;
      const Range piece{begin, std::min(begin + kPiece, phi.columns)};
      draw_bonds_of_piece(key, site, strength, phi, y, piece, bonds + y * phi.columns + begin);
    }
  }
}

/// Replaces the bonds of a whole lattice by 1 where the sign is to change.
void choose_signs(const RandomKey& key, const Extents& lattice, std::int64_t chain, std::span<std::uint8_t> sites) {
  std::vector<std::int32_t> labels;
  label_clusters(lattice, sites, labels);
  std::vector<double> uniforms(sites.size());
  fill_uniforms(key, static_cast<std::uint64_t>(chain * lattice.sites()), uniforms);
  for (std::size_t i = 0; i < sites.size(); ++i) sites[i] = uniforms[labels[i]] < 0.5 ? 1 : 0;
}

void change_signs(const Block& phi, const std::uint8_t* changes) {
  for (std::int64_t y = 0; y < phi.rows; ++y) {
    double* row = phi.sites(y);
    const std::uint8_t* change = changes + y * phi.columns;
#pragma omp simd
    for (std::int64_t x = 0; x < phi.columns; ++x) row[x] = change[x] != 0 ? -row[x] : row[x];
  }
}

}  // namespace

void change_all_signs(const Block& phi) {
  for (std::int64_t i = 0; i < phi.rows * phi.stride; ++i) phi.row(0)[i] = -phi.row(0)[i];
}

void ClusterUpdate::apply(ChainGroup& group, Workspace& work, std::uint64_t number) const {
  const Domain& domain = work.domain();
  const Extents& lattice = domain.lattice();
  const std::int64_t mine = domain.rows().size() * domain.columns().size(), chains = group.chains.size();
  const auto site = [&](std::int64_t chain, const Block& block) {
    return chain * mine + (block.first_row - domain.rows().begin) * block.columns;
  };
  Field* const fields[] = {&group.phi};
  work.exchange(fields);
  std::vector<std::uint8_t> parts(static_cast<std::size_t>(chains * mine));
  work.for_blocks([&](std::int64_t chain, std::size_t tile) {
    const Block phi = group.phi.block(chain, tile);
    draw_bonds({seed_, Stream::cluster_bond, number}, lattice, group.chains.begin + chain, -2.0 * work.action().bond_coupling(), phi,
               parts.data() + site(chain, phi));
  });
  std::vector<std::uint8_t> whole = domain.whole() ? std::move(parts) : collect<std::uint8_t>(domain, chains, parts);
  const auto sites = static_cast<std::size_t>(lattice.sites());
  work.for_each(static_cast<std::int64_t>(whole.size() / sites), [&](std::int64_t i) {
    const std::int64_t chain = domain.comm().rank() + i * domain.comm().size();
    choose_signs({seed_, Stream::cluster_sign, number}, lattice, group.chains.begin + chain,
                 std::span(whole).subspan(static_cast<std::size_t>(i) * sites, sites));
  });
  parts = domain.whole() ? std::move(whole) : distribute<std::uint8_t>(domain, chains, whole);
  work.for_blocks([&](std::int64_t chain, std::size_t tile) {
    const Block phi = group.phi.block(chain, tile);
    change_signs(phi, parts.data() + site(chain, phi));
  });
  group.action_known = false;
}

void SignFlip::apply(ChainGroup& group, Workspace& work, std::uint64_t number) const {
  work.for_blocks([&](std::int64_t chain, std::size_t tile) {
    double uniform = 0.0;
    fill_uniforms({seed_, Stream::sign_flip, number}, static_cast<std::uint64_t>(group.chains.begin + chain), {&uniform, 1});
    if (uniform < 0.5) change_all_signs(group.phi.block(chain, tile));
  });
}

}  // namespace scorefield
