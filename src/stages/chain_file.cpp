#include "stages/chain_file.h"

#include <algorithm>

#include "base/hash.h"
#include "stages/contents.h"

namespace scorefield {
namespace {

constexpr std::uint64_t kStateNumbers = 4;
constexpr std::int64_t kPiece = 1 << 20;  // numbers that a rank reads together

std::uint64_t unsigned_of(std::int64_t number) { return static_cast<std::uint64_t>(number); }

/// Numbers of different datasets have hashes of their own.
std::uint64_t position_in(std::size_t dataset, std::uint64_t number) { return (std::uint64_t{dataset} << 56) + number; }

std::uint64_t size_of(const Shape& shape) {
  std::uint64_t size = 1;
  for (const std::uint64_t extent : shape) size *= extent;
  return size;
}

/// Calls action(first row, rows) for this rank's shares of [0, rows) of a dataset whose rows have `row` numbers; all ranks as often.
template <class Action>
void for_shares(const Context& context, std::int64_t rows, std::uint64_t row, const Action& action) {
  const std::int64_t a_rank = std::max<std::int64_t>(1, kPiece / static_cast<std::int64_t>(row)), step = a_rank * context.comm.size();
  for (std::int64_t begin = 0; begin < rows; begin += step) {
    stop_if_asked(context);
    const Range mine = share(std::min(step, rows - begin), context.comm.size(), context.comm.rank());
    action(unsigned_of(begin + mine.begin), unsigned_of(mine.size()));
  }
}

/// A dataset of number(n) for each configuration n in a file that was created, a piece at a time. Collective.
template <class Number>
void write_numbered(const Comm& comm, H5File& file, const std::string& name, std::int64_t samples, const Number& number) {
  file.create_dataset(name, {unsigned_of(samples)}, Stored::int64);
  std::vector<double> values;
  for (std::int64_t begin = 0; begin < samples; begin += kPiece) {
    values.clear();
    for (std::int64_t n = begin; comm.is_root() && n < std::min(samples, begin + kPiece); ++n)
      values.push_back(static_cast<double>(number(n)));
    file.write_rows(name, unsigned_of(begin), values);
  }
}

}  // namespace

ChainFile::ChainFile(const Context& context, const Output& output, LatticeChains& chains)
    : context_(&context),
      run_(&chains),
      samples_(output.wanted),
      chains_(context.deck.params.generate.chains),
      separation_(context.deck.params.generate.separation) {}

std::vector<ChainFile::Series> ChainFile::all_series() const {
  const GenerateParams& generate = context_->deck.params.generate;
  const Extents& lattice = run_->domain().lattice();
  std::vector<Series> all = {
      {"/field", {unsigned_of(run_->components()), unsigned_of(lattice.y), unsigned_of(lattice.x)}, &SweepData::field}};
  if (is_complex(context_->deck.params.model)) return all;
  all.push_back({"/history/action", {}, &SweepData::action});
  if (!rejects(generate)) return all;
  all.push_back({"/history/acceptance", {}, &SweepData::acceptance});
  all.push_back({"/history/delta_h", {unsigned_of(separation_)}, &SweepData::delta_h});
  return all;
}

void lay_out_configurations(const Context& context, H5File& file) {
  const Params& params = context.deck.params;
  const GenerateParams& generate = params.generate;
  file.create_dataset("/field", shape_of_fields(params, unsigned_of(generate.samples)),
                      generate.precision == "float32" ? Stored::float32 : Stored::float64);
  file.set_attribute("/field", "components", names_of_components(components_of(params.model)));
  const bool imported = generate.algorithm == "import";
  const std::int64_t before = imported ? 0 : generate.thermalisation, separation = imported ? 1 : generate.separation;
  write_numbered(context.comm, file, "/chain", generate.samples, [&](std::int64_t n) { return n % generate.chains; });
  write_numbered(context.comm, file, "/trajectory", generate.samples,
                 [&](std::int64_t n) { return before + (n / generate.chains + 1) * separation; });
}

void ChainFile::lay_out(H5File& file) const {
  lay_out_configurations(*context_, file);
  for (const Series& each : all_series()) {
    if (each.values == &SweepData::field) continue;
    Shape shape = each.row;
    shape.insert(shape.begin(), unsigned_of(samples_));
    file.create_dataset(each.name, shape);
  }
  const Extents& lattice = run_->domain().lattice();
  file.create_dataset("/state/field",
                      {2, unsigned_of(chains_), unsigned_of(run_->components()), unsigned_of(lattice.y), unsigned_of(lattice.x)});
  file.create_dataset("/state/numbers", {2, kStateNumbers});
}

SweepData ChainFile::make_data(std::int64_t sweeps) const {
  const auto rows = static_cast<std::size_t>(sweeps * run_->domain().chains().size());
  const auto numbers = static_cast<std::size_t>(run_->numbers()), updates = static_cast<std::size_t>(separation_);
  const bool has_outcomes = rejects(context_->deck.params.generate);
  return {std::vector<double>(rows * numbers), std::vector<double>(rows), std::vector<double>(rows),
          std::vector<double>(has_outcomes ? rows * updates : 0)};
}

/// Configurations `row` + i stride + j, 0 <= i < count, 0 <= j < block, this rank's sites of them.
Slab ChainFile::field_slab(std::uint64_t row, std::uint64_t count, std::uint64_t stride, std::uint64_t block) const {
  const Domain& domain = run_->domain();
  const std::uint64_t components = unsigned_of(run_->components());
  return {{row, 0, unsigned_of(domain.rows().begin), unsigned_of(domain.columns().begin)},
          {count, 1, 1, 1},
          {stride, components, unsigned_of(domain.lattice().y), unsigned_of(domain.lattice().x)},
          {block, components, unsigned_of(domain.rows().size()), unsigned_of(domain.columns().size())}};
}

Slab ChainFile::state_slab(std::int64_t slot) const {
  const Range& mine = run_->domain().chains();
  Slab slab = field_slab(unsigned_of(mine.begin), 1, unsigned_of(chains_), unsigned_of(mine.size()));
  slab.start.insert(slab.start.begin(), unsigned_of(slot));
  for (Shape* each : {&slab.count, &slab.stride, &slab.block}) each->insert(each->begin(), 1);
  return slab;
}

/// The first `chains` chains of each sweep; the arrays hold those of this rank.
void ChainFile::write_sweeps(H5File& file, std::int64_t first, std::int64_t count, std::int64_t chains, const SweepData& data) {
  const Range& mine = run_->domain().chains();
  const auto block = unsigned_of(std::clamp<std::int64_t>(chains - mine.begin, 0, mine.size()));
  const auto row = unsigned_of(first * chains_ + (block > 0 ? mine.begin : 0)), stride = unsigned_of(chains_), sweeps = unsigned_of(count);
  for (const Series& each : all_series()) {
    Slab slab{{row}, {sweeps}, {stride}, {block}};
    if (each.values == &SweepData::field) {
      slab = field_slab(row, sweeps, stride, block);
    } else {
      for (const std::uint64_t extent : each.row) {
        slab.start.push_back(0);
        slab.count.push_back(1);
        slab.stride.push_back(extent);
        slab.block.push_back(extent);
      }
      if (!run_->domain().comm().is_root()) slab.block[0] = 0;
    }
    file.write_slab(each.name, slab, std::span(data.*each.values).first(slab.size()));
  }
}

void ChainFile::write(H5File& file, std::int64_t first, std::int64_t count, SweepData& data) {
  if (context_->deck.params.generate.precision == "float32") {  // the checksum is one of what is stored
    for (double& value : data.field) value = static_cast<float>(value);
  }
  const std::int64_t whole = std::min(count, whole_sweeps() - first);
  if (whole > 0) {
    write_sweeps(file, first, whole, chains_, data);
    checksum_ += hash_sweeps(first, whole, data);
  } else {
    write_sweeps(file, first, 1, samples_ % chains_, data);
  }
}

/// Of this rank's numbers of the `number`-th field of a dataset.
std::uint64_t ChainFile::hash_field(std::uint64_t number, const double* field) const {
  const Domain& domain = run_->domain();
  const auto columns = static_cast<std::size_t>(domain.columns().size());
  std::uint64_t total = 0;
  for (std::int64_t c = 0; c < run_->components(); ++c) {
    const std::uint64_t first = (number * unsigned_of(run_->components()) + unsigned_of(c)) * unsigned_of(domain.lattice().sites());
    for (std::int64_t y = domain.rows().begin; y < domain.rows().end; ++y, field += columns) {
      const auto site = unsigned_of(y * domain.lattice().x + domain.columns().begin);
      total += hash_numbers(position_in(0, first + site), {field, columns});
    }
  }
  return total;
}

std::uint64_t ChainFile::hash_sweeps(std::int64_t first, std::int64_t count, const SweepData& data) const {
  const Domain& domain = run_->domain();
  const Range& mine = domain.chains();
  const std::vector<Series> series = all_series();
  std::uint64_t total = 0;
  std::size_t row = 0;
  for (std::int64_t sweep = first; sweep < first + count; ++sweep) {
    for (std::int64_t chain = mine.begin; chain < mine.end; ++chain, ++row) {
      const auto number = unsigned_of(sweep * chains_ + chain);
      total += hash_field(number, data.field.data() + row * static_cast<std::size_t>(run_->numbers()));
      for (std::size_t i = 1; i < series.size() && domain.comm().is_root(); ++i) {
        const std::size_t size = size_of(series[i].row);
        total += hash_numbers(position_in(i, number * size), std::span(data.*series[i].values).subspan(row * size, size));
      }
    }
  }
  return total;
}

std::uint64_t ChainFile::checksum_of(const H5File& file, std::int64_t count) const {
  const std::vector<Series> series = all_series();
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const std::uint64_t size = size_of(series[i].row);
    std::vector<double> values;
    for_shares(*context_, count * chains_, size, [&](std::uint64_t row, std::uint64_t rows) {
      values.resize(rows * size);
      file.read_rows(series[i].name, row, rows, values);
      total += hash_numbers(position_in(i, row * size), values);
    });
  }
  context_->comm.sum(std::span(&total, 1));
  return total;
}

std::uint64_t ChainFile::checksum() const {
  std::uint64_t total = checksum_;
  context_->comm.sum(std::span(&total, 1));
  return total;
}

void ChainFile::copy(const H5File& from, H5File& to, std::int64_t count) {
  for (const Series& each : all_series()) {
    const std::uint64_t size = size_of(each.row);
    std::vector<double> values;
    for_shares(*context_, count * chains_, size, [&](std::uint64_t row, std::uint64_t rows) {
      values.resize(rows * size);
      from.read_rows(each.name, row, rows, values);
      to.write_rows(each.name, row, values);
    });
  }
  set_checksum(checksum_of(to, count));
}

void ChainFile::write_state(H5File& file, std::int64_t slot, std::int64_t updates) {
  const Range& mine = run_->domain().chains();
  const auto sites = static_cast<std::size_t>(run_->numbers());
  std::vector<double> field(static_cast<std::size_t>(mine.size()) * sites);
  for (std::int64_t chain = 0; chain < mine.size(); ++chain) {
    run_->copy_out(chain, std::span(field).subspan(static_cast<std::size_t>(chain) * sites, sites));
  }
  const StepTuner::State& tuner = run_->tuner().state();
  const std::vector<double> numbers = {static_cast<double>(updates), tuner.log_step, tuner.sum, static_cast<double>(tuner.done)};
  file.write_slab("/state/field", state_slab(slot), field);
  file.write_rows("/state/numbers", unsigned_of(slot),
                  context_->comm.is_root() ? std::span<const double>(numbers) : std::span<const double>{});
}

std::int64_t ChainFile::read_state(const H5File& file, std::int64_t slot) {
  const Range& mine = run_->domain().chains();
  const auto sites = static_cast<std::size_t>(run_->numbers());
  std::vector<double> field(static_cast<std::size_t>(mine.size()) * sites), numbers(kStateNumbers);
  file.read_slab("/state/field", state_slab(slot), field);
  file.read_rows("/state/numbers", unsigned_of(slot), 1, numbers);
  for (std::int64_t chain = 0; chain < mine.size(); ++chain) {
    run_->copy_in(chain, std::span(field).subspan(static_cast<std::size_t>(chain) * sites, sites));
  }
  run_->restore_tuner({numbers[1], numbers[2], static_cast<std::int64_t>(numbers[3])});
  return static_cast<std::int64_t>(numbers[0]);
}

std::uint64_t ChainFile::checksum_of_state(const H5File& file, std::int64_t slot) const {
  std::vector<double> field(state_slab(slot).size()), numbers(kStateNumbers);
  file.read_slab("/state/field", state_slab(slot), field);
  file.read_rows("/state/numbers", unsigned_of(slot), 1, numbers);
  const Domain& domain = run_->domain();
  std::uint64_t total = context_->comm.is_root() ? hash_numbers(position_in(1, 0), numbers) : 0;
  const double* row = field.data();
  for (std::int64_t chain = domain.chains().begin; chain < domain.chains().end; ++chain, row += run_->numbers()) {
    total += hash_field(unsigned_of(chain), row);
  }
  context_->comm.sum(std::span(&total, 1));
  return total;
}

}  // namespace scorefield
