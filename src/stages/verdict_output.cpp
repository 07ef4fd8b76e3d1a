#include "stages/verdict_output.h"

#include <array>

namespace scorefield {
namespace {

constexpr std::array<const char*, 6> kNames = {"drift_exponent",  "drift_exponent_growth", "drift_exponent_growth_error",
                                               "boundary_cutoff", "boundary_sigmas",       "schwinger_dyson_p_value"};

}  // namespace

std::vector<double> numbers_of(const Verdict& verdict) {
  return {verdict.drift.exponent,  verdict.drift.growth,     verdict.drift.growth_error,
          verdict.boundary.cutoff, verdict.boundary.largest, verdict.schwinger_dyson.p_value};
}

void write_verdict(H5File& out, const std::string& group, const std::string& word, const std::string& text,
                   std::span<const double> numbers) {
  out.set_attribute(group, "verdict", word);
  out.set_attribute(group, "verdict_text", text);
  for (std::size_t i = 0; i < kNames.size(); ++i) out.set_attribute(group, kNames[i], numbers[i]);
}

}  // namespace scorefield
