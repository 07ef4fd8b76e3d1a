#include "stages/context.h"

#include <omp.h>

#include <array>
#include <ctime>

#include "version.h"

namespace scorefield {
namespace {

constexpr std::int64_t kSchemaVersion = 2;

}  // namespace

bool SafePoints::due() const {
  const bool mine = std::chrono::duration<double>(Clock::now() - last_).count() >= context_.deck.params.run.checkpoint;
  return context_.comm.max(std::int64_t{context_.comm.is_root() && mine}) == 1;
}

void stop_if_asked(const Context& context) {
  const std::string reason = context.stop.interrupted(context.comm);
  if (!reason.empty()) stop_here(context.comm, reason, "the same command goes on");
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return text.data();
}

void write_provenance(H5File& file, const Context& context, const std::string& stage) {
  file.set_attribute("/", "schema_version", kSchemaVersion);
  file.create_group("/provenance");
  file.set_attribute("/provenance", "ranks", static_cast<std::int64_t>(context.comm.size()));
  file.set_attribute("/provenance", "program", std::string("scorefield"));
  file.set_attribute("/provenance", "version", std::string(kVersion));
  file.set_attribute("/provenance", "stage", stage);
  file.set_attribute("/provenance", "deck", resolved_text(context.deck.params));
  file.set_attribute("/provenance", "threads", context.comm.max(static_cast<std::int64_t>(omp_get_max_threads())));
  std::string date = utc_now();
  context.comm.broadcast(date);
  file.set_attribute("/provenance", "created", date);
}

void write_provenance(H5File& file, const Context& context, const Output& output) {
  write_provenance(file, context, output.stage);
  file.set_attribute("/provenance", "fingerprint", output.fingerprint());
  file.set_attribute("/provenance", "length", output.wanted);
}

}  // namespace scorefield
