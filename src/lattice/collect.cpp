#include "lattice/collect.h"

#include <algorithm>

namespace scorefield {
namespace {

std::int64_t chains_collected_by(const Domain& domain, std::int64_t chains, int rank) {
  const std::int64_t ranks = domain.comm().size();
  return (chains - rank + ranks - 1) / ranks;
}

std::int64_t sites_of(const Domain& domain, int rank) { return domain.rows_of(rank).size() * domain.columns_of(rank).size(); }

/// Calls action(row of a whole lattice, row of what `rank` has of it, length) for all rows of all chains in `whole`.
template <class Whole, class Part, class Action>
void for_rows(const Domain& domain, int rank, Whole& whole, Part& part, const Action& action) {
  const Range rows = domain.rows_of(rank), columns = domain.columns_of(rank);
  const auto sites = static_cast<std::size_t>(domain.lattice().sites());
  std::size_t at = 0;
  for (std::size_t chain = 0; chain < whole.size() / sites; ++chain) {
    for (std::int64_t y = rows.begin; y < rows.end; ++y, at += static_cast<std::size_t>(columns.size())) {
      action(whole.data() + chain * sites + static_cast<std::size_t>(y * domain.lattice().x + columns.begin), part.data() + at,
             columns.size());
    }
  }
}

/// This rank's sites of the chains that `rank` collects, taken from, or put into, [chain][row][column] of all chains.
template <class All, class Action>
void for_chains_of(const Domain& domain, std::int64_t chains, int rank, All& all, const Action& action) {
  const std::int64_t sites = sites_of(domain, domain.comm().rank());
  for (std::int64_t chain = rank; chain < chains; chain += domain.comm().size()) action(all.data() + chain * sites, sites);
}

}  // namespace

template <class T>
std::vector<T> collect(const Domain& domain, std::int64_t chains, std::span<const T> mine) {
  const int ranks = domain.comm().size(), me = domain.comm().rank();
  const std::int64_t collected = chains_collected_by(domain, chains, me);
  std::vector<std::vector<T>> in(static_cast<std::size_t>(ranks)), out(static_cast<std::size_t>(ranks));
  Messages messages(domain.comm());
  for (int rank = 0; rank < ranks; ++rank) {
    in[rank].resize(static_cast<std::size_t>(collected * sites_of(domain, rank)));
    messages.receive(std::as_writable_bytes(std::span(in[rank])), rank, 0);
  }
  for (int rank = 0; rank < ranks; ++rank) {
    for_chains_of(domain, chains, rank, mine,
                  [&](const T* from, std::int64_t size) { out[rank].insert(out[rank].end(), from, from + size); });
    messages.send(std::as_bytes(std::span(out[rank])), rank, 0);
  }
  messages.wait();
  std::vector<T> whole(static_cast<std::size_t>(collected * domain.lattice().sites()));
  for (int rank = 0; rank < ranks; ++rank) {
    for_rows(domain, rank, whole, in[rank], [](T* of_whole, const T* of_part, std::int64_t size) { std::copy_n(of_part, size, of_whole); });
  }
  return whole;
}

template <class T>
std::vector<T> distribute(const Domain& domain, std::int64_t chains, std::span<const T> whole) {
  const int ranks = domain.comm().size(), me = domain.comm().rank();
  const std::int64_t collected = chains_collected_by(domain, chains, me);
  std::vector<std::vector<T>> in(static_cast<std::size_t>(ranks)), out(static_cast<std::size_t>(ranks));
  Messages messages(domain.comm());
  for (int rank = 0; rank < ranks; ++rank) {
    in[rank].resize(static_cast<std::size_t>(chains_collected_by(domain, chains, rank) * sites_of(domain, me)));
    messages.receive(std::as_writable_bytes(std::span(in[rank])), rank, 0);
  }
  for (int rank = 0; rank < ranks; ++rank) {
    out[rank].resize(static_cast<std::size_t>(collected * sites_of(domain, rank)));
    for_rows(domain, rank, whole, out[rank],
             [](const T* of_whole, T* of_part, std::int64_t size) { std::copy_n(of_whole, size, of_part); });
    messages.send(std::as_bytes(std::span(out[rank])), rank, 0);
  }
  messages.wait();
  std::vector<T> mine(static_cast<std::size_t>(chains * sites_of(domain, me)));
  for (int rank = 0; rank < ranks; ++rank) {
    auto next = in[rank].begin();
    for_chains_of(domain, chains, rank, mine, [&](T* to, std::int64_t size) {
      std::copy_n(next, size, to);
      next += size;
    });
  }
  return mine;
}

template std::vector<std::uint8_t> collect(const Domain&, std::int64_t, std::span<const std::uint8_t>);
template std::vector<std::uint8_t> distribute(const Domain&, std::int64_t, std::span<const std::uint8_t>);
template std::vector<double> collect(const Domain&, std::int64_t, std::span<const double>);
template std::vector<double> distribute(const Domain&, std::int64_t, std::span<const double>);

}  // namespace scorefield
