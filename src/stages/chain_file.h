// The file of a lattice ensemble while chains write it: configurations, their history, and the state that the chains go on from.
#pragma once

#include <optional>
#include <vector>

#include "base/growing_file.h"
#include "ensemble/lattice_chains.h"
#include "stages/context.h"

namespace scorefield {

/// Datasets of an ensemble on a lattice, however it was made: /field, and /chain and /trajectory, which are written. Collective.
void lay_out_configurations(const Context& context, H5File& file);

/// What a rank's chains made in some sweeps. A sweep is one configuration of every chain; arrays begin with [sweep][chain].
struct SweepData {
  std::vector<double> field;       ///< [component][row][column], this rank's sites
  std::vector<double> action;      ///< of real fields
  std::vector<double> acceptance;  ///< mean probability of acceptance since the chain's last configuration
  std::vector<double> delta_h;     ///< [update since then]; empty where nothing is rejected
};

/// Configurations are ordered by (sweep, chain): number sweep * chains + chain. A file may end within a sweep. `/state` has two slots, so
/// that a kill while one is written leaves the other. All functions are collective; each rank handles its chains and sites.
class ChainFile {
 public:
  ChainFile(const Context& context, const Output& output, LatticeChains& chains);

  /// Datasets and attributes of a new file.
  void lay_out(H5File& file) const;

  /// Stores sweeps [first, first + count), all of them whole, or one that the file ends within. Adds whole ones to the checksum. Rounds the
  /// data if the file does.
  void write(H5File& file, std::int64_t first, std::int64_t count, SweepData& data);
  /// Takes over sweeps [0, count) of a finished file.
  void copy(const H5File& from, H5File& to, std::int64_t count);
  /// Stores where the chains are, after so many updates; sets the chains to what is stored, and returns that number.
  void write_state(H5File& file, std::int64_t slot, std::int64_t updates);
  std::int64_t read_state(const H5File& file, std::int64_t slot);
  /// Checksum of what lies in a file: sweeps [0, count), or a slot. The same on all ranks.
  std::uint64_t checksum_of(const H5File& file, std::int64_t count) const;
  std::uint64_t checksum_of_state(const H5File& file, std::int64_t slot) const;

  /// Checksum of the sweeps that were written or taken over, on all ranks.
  std::uint64_t checksum() const;
  void set_checksum(std::uint64_t checksum) { checksum_ = context_->comm.is_root() ? checksum : 0; }

  /// Whole sweeps in the file.
  std::int64_t whole_sweeps() const { return samples_ / chains_; }
  SweepData make_data(std::int64_t sweeps) const;

 private:
  /// One dataset of the file with a row a configuration: what this rank has of it.
  struct Series {
    std::string name;
    Shape row;  ///< shape of a configuration's entry
    std::vector<double> SweepData::*values = nullptr;
  };
  std::vector<Series> all_series() const;
  void write_sweeps(H5File& file, std::int64_t first, std::int64_t count, std::int64_t chains, const SweepData& data);
  std::uint64_t hash_field(std::uint64_t number, const double* field) const;
  std::uint64_t hash_sweeps(std::int64_t first, std::int64_t count, const SweepData& data) const;
  Slab field_slab(std::uint64_t row, std::uint64_t count, std::uint64_t stride, std::uint64_t block) const;
  Slab state_slab(std::int64_t slot) const;

  const Context* context_;
  LatticeChains* run_;
  std::int64_t samples_;
  std::int64_t chains_;
  std::int64_t separation_;
  std::uint64_t checksum_ = 0;  ///< this rank's part
};

}  // namespace scorefield
