#include "stages/import_ensemble.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "base/growing_file.h"
#include "base/npy.h"
#include "base/text.h"
#include "deck/keys.h"
#include "stages/chain_file.h"
#include "stages/contents.h"

namespace scorefield {
namespace {

constexpr std::int64_t kPiece = 1 << 20;  // numbers that a rank copies at once

/// Where configurations come from; `read` gives configurations first, first + 1, ..., of so many numbers each. Local.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;
  virtual Shape shape() const = 0;
  virtual void read(std::uint64_t first, std::uint64_t numbers, std::span<double> values) const = 0;
  /// InputError if the file says that configurations are of other chains than so many make of them. An array alone says nothing.
  virtual void require_chains(std::int64_t /*chains*/) const {}
};

class NpySource : public Source {
 public:
  explicit NpySource(const std::string& path) : file_(path) {}
  Shape shape() const override { return file_.shape(); }
  void read(std::uint64_t first, std::uint64_t numbers, std::span<double> values) const override { file_.read(first * numbers, values); }

 private:
  NpyFile file_;
};

/// Each rank opens the file by itself.
class HdfSource : public Source {
 public:
  HdfSource(const GenerateParams& generate, Seal seal)
      : self_(Comm::self()), file_(H5File::open(generate.import_file, self_, seal)), dataset_(generate.import_dataset) {
    file_.require(file_.exists(dataset_) && file_.holds_numbers(dataset_),
                  "has no dataset " + dataset_ + " of numbers: set generate.import-dataset to one that it has");
  }
  Shape shape() const override { return file_.shape(dataset_); }
  void read(std::uint64_t first, std::uint64_t numbers, std::span<double> values) const override {
    file_.read_rows(dataset_, first, values.size() / numbers, values);
  }

  /// An ensemble of this program says beside its configurations of which chain each is.
  void require_chains(std::int64_t chains) const override {
    const std::string name = dataset_.substr(0, dataset_.rfind('/') + 1) + "chain";
    const Shape shape = file_.shape(dataset_);
    if (shape.empty() || shape[0] == 0 || !file_.exists(name) || !file_.holds_numbers(name) || file_.shape(name) != Shape{shape[0]}) return;
    const auto astray = first_astray(name, shape[0], static_cast<double>(chains));
    if (!astray) return;
    const double stored = 1.0 + largest(name, shape[0]);
    file_.require(false, "says that configuration " + std::to_string(astray->first) + " (counted from 0) is of chain " +
                             shortest(astray->second) + ", where generate.chains = " + std::to_string(chains) + " makes it one of chain " +
                             std::to_string(static_cast<std::int64_t>(astray->first) % chains) + ": " +
                             (first_astray(name, shape[0], stored) ? "order them by (trajectory, chain)"
                                                                   : "set generate.chains = " + shortest(stored)));
  }

 private:
  /// Calls visit(first, values) for a dataset of so many numbers, a piece at a time, until it returns false.
  template <class Visit>
  void for_pieces(const std::string& name, std::uint64_t numbers, const Visit& visit) const {
    std::vector<double> values;
    for (std::uint64_t first = 0; first < numbers; first += values.size()) {
      values.resize(std::min<std::uint64_t>(kPiece, numbers - first));
      file_.read_rows(name, first, values.size(), values);
      if (!visit(first, values)) return;
    }
  }

  /// The first configuration n that is not one of chain n mod `chains`, and of which it is; none if there is none.
  std::optional<std::pair<std::uint64_t, double>> first_astray(const std::string& name, std::uint64_t configurations, double chains) const {
    std::optional<std::pair<std::uint64_t, double>> found;
    for_pieces(name, configurations, [&](std::uint64_t first, const std::vector<double>& chain_of) {
      for (std::size_t i = 0; i < chain_of.size() && !found; ++i) {
        if (chain_of[i] != std::fmod(static_cast<double>(first + i), chains)) found.emplace(first + i, chain_of[i]);
      }
      return !found;
    });
    return found;
  }

  double largest(const std::string& name, std::uint64_t configurations) const {
    double most = 0.0;
    for_pieces(name, configurations, [&](std::uint64_t, const std::vector<double>& chain_of) {
      most = std::max(most, *std::max_element(chain_of.begin(), chain_of.end()));
      return true;
    });
    return most;
  }

  Comm self_;
  H5File file_;
  std::string dataset_;
};

bool is_npy(const std::filesystem::path& path) { return path.extension() == ".npy"; }

/// What the seal of an HDF5 file says: all ranks compare it together, each its share. InputError if there is no file. Collective.
Seal verify_source(const Context& context) {
  const std::string& path = context.deck.params.generate.import_file;
  require_all(context.comm, [&] {
    if (context.comm.is_root() && !std::filesystem::is_regular_file(path))
      throw InputError("no file " + path + ": set generate.import-file to an array of fields");
  });
  return is_npy(path) ? Seal::none : context.files->seal(context.comm, path);
}

std::unique_ptr<Source> open_source(const GenerateParams& generate, Seal seal) {
  if (is_npy(generate.import_file)) return std::make_unique<NpySource>(generate.import_file);
  return std::make_unique<HdfSource>(generate, seal);
}

void check_shape(const Params& params, const Shape& shape) {
  const auto text = [](std::span<const std::uint64_t> extents) {
    return joined(extents, ", ", [](std::uint64_t extent) { return std::to_string(extent); });
  };
  const Shape all = shape_of_fields(params, shape.empty() ? 0 : shape[0]), short_form = {all[0], all[2], all[3]};
  const bool one = all[1] == 1;  // component, which may be left out
  if (shape.empty() || (shape != all && !(one && shape == short_form))) {
    throw InputError(params.generate.import_file + " holds an array of shape (" + text(shape) +
                     ") where lattice.size and model.name = " + params.model.name + " ask for (N, " +
                     text(std::span(all).subspan(one ? 2 : 1)) + "): change lattice.size, or import another file");
  }
  if (shape[0] < static_cast<std::uint64_t>(params.generate.samples)) {
    throw InputError(params.generate.import_file + " holds " + std::to_string(shape[0]) +
                     " configurations, fewer than generate.samples = " + std::to_string(params.generate.samples) + ": ask for that many");
  }
}

void require_finite(const std::string& path, std::int64_t first, std::int64_t numbers, std::span<const double> values) {
  const auto bad = std::find_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value * value * value * value); });
  if (bad == values.end()) return;
  throw NumericalError(path + ": configuration " + std::to_string(first + (bad - values.begin()) / numbers) +
                       " (counted from 0) holds what is infinite or not a number, or whose fourth power is: repair it, or leave it out");
}

/// "10 chains of 64 configurations".
std::string chains_text(std::int64_t samples, std::int64_t chains) {
  const std::int64_t shortest_chain = samples / chains;
  return counted(chains, "chain") + " of " + std::to_string(shortest_chain) +
         (samples % chains == 0 ? "" : " to " + std::to_string(shortest_chain + 1)) + " configurations";
}

}  // namespace

void require_import(const Context& context) {
  const Params& params = context.deck.params;
  const Seal seal = verify_source(context);
  require_all(context.comm, [&] {
    const std::unique_ptr<Source> source = open_source(params.generate, seal);
    check_shape(params, source->shape());
    if (context.comm.is_root()) source->require_chains(params.generate.chains);
  });
}

void import_ensemble(const Context& context, const Surveyed& found) {
  const Params& params = context.deck.params;
  const std::int64_t numbers = components_of(params.model) * params.lattice.size[0] * params.lattice.size[1], samples = found.output.wanted;
  const Seal seal = verify_source(context);
  std::unique_ptr<Source> source;
  require_all(context.comm, [&] {
    source = open_source(params.generate, seal);
    check_shape(params, source->shape());
  });
  GrowingFile file = GrowingFile::create(output_path(params, found.output.file), context.comm, [&](H5File& made) {
    lay_out_configurations(context, made);
    write_provenance(made, context, found.output);
  });
  Progress progress(context.log, "import " + params.generate.import_file, static_cast<double>(samples), found.output.unit);
  const std::int64_t a_rank = std::max<std::int64_t>(1, kPiece / numbers), step = a_rank * context.comm.size();
  std::vector<double> values;
  for (std::int64_t begin = 0; begin < samples; begin += step) {
    stop_if_asked(context);
    const Range mine = share(std::min(step, samples - begin), context.comm.size(), context.comm.rank());
    values.resize(static_cast<std::size_t>(mine.size() * numbers));
    require_all(context.comm, [&] {
      source->read(static_cast<std::uint64_t>(begin + mine.begin), static_cast<std::uint64_t>(numbers), values);
      require_finite(params.generate.import_file, begin + mine.begin, numbers, values);
    });
    file.file().write_rows("/field", static_cast<std::uint64_t>(begin + mine.begin), values);
    progress.update(static_cast<double>(std::min(begin + step, samples)));
  }
  file.finish();
  const std::uint64_t all = source->shape()[0];
  const std::string first = all > static_cast<std::uint64_t>(samples) ? "the first of " + std::to_string(all) + ", " : "";
  progress.finish(first + "read as " + chains_text(samples, params.generate.chains));
}

}  // namespace scorefield
