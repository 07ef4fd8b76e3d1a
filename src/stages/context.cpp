#include "stages/context.h"

#include <omp.h>

#include <array>
#include <ctime>

#include "version.h"

namespace scorefield {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

std::string fingerprint_in(const Context& context, const std::filesystem::path& path) {
  try {
    const H5File file = H5File::open(path, context.comm);
    return file.text_attribute("/provenance", "fingerprint").value_or("");
  } catch (const AgreedError&) {
    return "unreadable";  // no fingerprint is that: the file is treated as stale
  }
}

}  // namespace

bool output_exists(const Context& context, const std::filesystem::path& path) {
  return context.comm.max(std::int64_t{context.comm.is_root() && std::filesystem::exists(path)}) == 1;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::array<char, 32> text;
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return text.data();
}

std::filesystem::path output_path(const Params& params, const std::string& file) { return std::filesystem::path(params.run.output) / file; }

std::string forward_name(const Process& process) { return "forward-" + process.name; }
std::string model_name(const Process& process) { return "model-" + process.name; }
std::string samples_name(const Process& process, const std::string& score) { return "samples-" + process.name + "-" + score; }

std::string ensemble_fingerprint(const Params& params) { return fingerprint(params, {"model", "generate"}); }

std::string forward_fingerprint(const Params& params, const Process& process) {
  return fingerprint(params, {"model", "generate", "forward.sigma", "forward.times", "measure"}, process.name);
}

std::string model_fingerprint(const Params& params, const Process& process) {
  return fingerprint(params, {"model", "generate", "forward.sigma", "forward.noise-min", "network", "train"}, process.name);
}

std::string samples_fingerprint(const Params& params, const Process& process, std::size_t score_index) {
  const std::string& score = params.sample.score[score_index];
  const std::string how = process.name + ";" + score + ";" + sampler_of(params.sample, score_index) + ";" +
                          std::to_string(steps_of(params.sample, score_index)) + ";" +
                          std::to_string(samples_of(params.sample, score_index));
  std::vector<std::string> keys = {"model", "forward.sigma", "forward.noise-min", "sample.records", "measure"};
  if (sampler_of(params.sample, score_index) == "predictor-corrector") keys.push_back("sample.corrector-snr");
  return fingerprint(params, keys, score == "learnt" ? how + ";" + model_fingerprint(params, process) : how);
}

bool is_complete(const Context& context, const std::filesystem::path& path, const std::string& expected) {
  if (!output_exists(context, path)) return false;
  if (fingerprint_in(context, path) == expected) return true;
  std::filesystem::path aside = path.string() + ".old";
  for (int n = 2; context.comm.is_root() && std::filesystem::exists(aside); ++n) aside = path.string() + ".old." + std::to_string(n);
  require_all(context.comm, [&] {
    if (!context.overwrite) {
      throw InputError(path.string() +
                       " was made by another deck, or cannot be read: choose another --run.output, or set it aside with --overwrite");
    }
    std::error_code failure;
    if (context.comm.is_root()) std::filesystem::rename(path, aside, failure);
    if (failure) throw IoError("cannot rename " + path.string() + ": " + failure.message());
  });
  context.log.line("set aside: " + path.string() + " -> " + aside.filename().string());
  return false;
}

H5File open_input(const Context& context, const std::filesystem::path& path, const std::string& expected, const std::string& stage) {
  const std::string cure = ": run `scorefield " + stage + " " + context.deck.path.string() + "` first";
  const bool there = output_exists(context, path);
  require_all(context.comm, [&] {
    if (!there) throw InputError("no " + path.string() + cure);
  });
  H5File file = H5File::open(path, context.comm);
  const std::string found = file.text_attribute("/provenance", "fingerprint").value_or("");
  require_all(context.comm, [&] {
    if (found != expected) throw InputError(path.string() + " was made by another deck" + cure + ", with --overwrite");
  });
  return file;
}

void write_provenance(H5File& file, const Context& context, const std::string& stage, const std::string& fingerprint) {
  file.set_attribute("/", "schema_version", kSchemaVersion);
  file.create_group("/provenance");
  file.set_attribute("/provenance", "ranks", static_cast<std::int64_t>(context.comm.size()));
  file.set_attribute("/provenance", "program", std::string("scorefield"));
  file.set_attribute("/provenance", "version", std::string(kVersion));
  file.set_attribute("/provenance", "stage", stage);
  file.set_attribute("/provenance", "fingerprint", fingerprint);
  file.set_attribute("/provenance", "deck", resolved_text(context.deck.params));
  file.set_attribute("/provenance", "threads", context.comm.max(static_cast<std::int64_t>(omp_get_max_threads())));
  std::string date = utc_now();
  context.comm.broadcast(date);
  file.set_attribute("/provenance", "created", date);
}

}  // namespace scorefield
