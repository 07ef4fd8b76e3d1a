// Whole lattices on one rank each, for what cannot be done in parts.
#pragma once

#include <span>
#include <vector>

#include "lattice/geometry.h"

namespace scorefield {

/// `mine`: [chain][row][column], this rank's sites of `chains` chains; T is std::uint8_t or double. Returns the whole lattices
/// [chain][y][x] of the chains that this rank collects: its number in domain.comm(), and every size()-th from there on. Collective over
/// domain.comm().
template <class T>
std::vector<T> collect(const Domain& domain, std::int64_t chains, std::span<const T> mine);
/// The inverse.
template <class T>
std::vector<T> distribute(const Domain& domain, std::int64_t chains, std::span<const T> whole);

}  // namespace scorefield
