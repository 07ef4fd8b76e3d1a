#include "stages/import_ensemble.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/growing_file.h"
#include "base/npy.h"
#include "stages/chain_file.h"

namespace scorefield {
namespace {

constexpr std::int64_t kPiece = 1 << 20;  // numbers that a rank copies at once

/// Where configurations come from; `read` gives configurations first, first + 1, ... Local.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;
  virtual Shape shape() const = 0;
  virtual void read(std::uint64_t first, std::uint64_t sites, std::span<double> values) const = 0;
};

class NpySource : public Source {
 public:
  explicit NpySource(const std::string& path) : file_(path) {}
  Shape shape() const override { return file_.shape(); }
  void read(std::uint64_t first, std::uint64_t sites, std::span<double> values) const override { file_.read(first * sites, values); }

 private:
  NpyFile file_;
};

/// Each rank opens the file by itself.
class HdfSource : public Source {
 public:
  HdfSource(const std::string& path, std::string dataset)
      : self_(Comm::self()), file_(H5File::open(path, self_)), dataset_(std::move(dataset)) {
    file_.require(file_.exists(dataset_) && file_.holds_numbers(dataset_),
                  "has no dataset " + dataset_ + " of numbers: set generate.import-dataset to one that it has");
  }
  Shape shape() const override { return file_.shape(dataset_); }
  void read(std::uint64_t first, std::uint64_t sites, std::span<double> values) const override {
    file_.read_rows(dataset_, first, values.size() / sites, values);
  }

 private:
  Comm self_;
  H5File file_;
  std::string dataset_;
};

std::unique_ptr<Source> open_source(const GenerateParams& generate) {
  const std::string& path = generate.import_file;
  if (!std::filesystem::is_regular_file(path)) throw InputError("no file " + path + ": set generate.import-file to an array of fields");
  if (std::filesystem::path(path).extension() == ".npy") return std::make_unique<NpySource>(path);
  return std::make_unique<HdfSource>(path, generate.import_dataset);
}

void check_shape(const Params& params, const Shape& shape) {
  const auto y = static_cast<std::uint64_t>(params.lattice.size[0]), x = static_cast<std::uint64_t>(params.lattice.size[1]);
  const std::string wanted = "(N, " + std::to_string(y) + ", " + std::to_string(x) + ")";
  const bool good = !shape.empty() && (shape == Shape{shape[0], y, x} || shape == Shape{shape[0], 1, y, x});
  std::string found;
  for (const std::uint64_t extent : shape) found += (found.empty() ? "" : ", ") + std::to_string(extent);
  if (!good) {
    throw InputError(params.generate.import_file + " holds an array of shape (" + found + ") where lattice.size asks for " + wanted +
                     ": change lattice.size, or import another file");
  }
  if (shape[0] < static_cast<std::uint64_t>(params.generate.samples)) {
    throw InputError(params.generate.import_file + " holds " + std::to_string(shape[0]) +
                     " configurations, fewer than generate.samples = " + std::to_string(params.generate.samples) + ": ask for that many");
  }
}

void require_finite(const std::string& path, std::int64_t first, std::int64_t sites, std::span<const double> values) {
  const auto bad = std::find_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value); });
  if (bad == values.end()) return;
  throw NumericalError(path + ": configuration " + std::to_string(first + (bad - values.begin()) / sites) +
                       " (counted from 0) holds what is infinite or not a number: repair it, or leave it out");
}

}  // namespace

void require_import(const Context& context) {
  const Params& params = context.deck.params;
  require_all(context.comm, [&] { check_shape(params, open_source(params.generate)->shape()); });
}

void import_ensemble(const Context& context, const Surveyed& found) {
  const Params& params = context.deck.params;
  const std::int64_t sites = params.lattice.size[0] * params.lattice.size[1], samples = found.output.wanted;
  std::unique_ptr<Source> source;
  require_all(context.comm, [&] {
    source = open_source(params.generate);
    check_shape(params, source->shape());
  });
  GrowingFile file = GrowingFile::create(output_path(params, found.output.file), context.comm, [&](H5File& made) {
    lay_out_configurations(made, params);
    write_provenance(made, context, found.output);
  });
  Progress progress(context.log, "import " + params.generate.import_file, static_cast<double>(samples), found.output.unit);
  const std::int64_t a_rank = std::max<std::int64_t>(1, kPiece / sites), step = a_rank * context.comm.size();
  std::vector<double> values;
  for (std::int64_t begin = 0; begin < samples; begin += step) {
    stop_if_asked(context);
    const Range mine = share(std::min(step, samples - begin), context.comm.size(), context.comm.rank());
    values.resize(static_cast<std::size_t>(mine.size() * sites));
    require_all(context.comm, [&] {
      source->read(static_cast<std::uint64_t>(begin + mine.begin), static_cast<std::uint64_t>(sites), values);
      require_finite(params.generate.import_file, begin + mine.begin, sites, values);
    });
    file.file().write_rows("/field", static_cast<std::uint64_t>(begin + mine.begin), values);
    progress.update(static_cast<double>(std::min(begin + step, samples)));
  }
  file.finish();
  progress.finish();
}

}  // namespace scorefield
