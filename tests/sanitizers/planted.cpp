// Faults on purpose, one a name, each of which tests/sanitize.sh must see caught: a sanitizer that is off, or a suppression that
// hides too much, would else go unnoticed. Under MPI and inside a parallel loop, as the program's own faults would be.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/parallel.h"

namespace {

volatile int five = 5;  // a number that the compiler does not know

void heap_overrun() {
  std::vector<double> values(4);
  values.data()[five] = 1.0;
}

void use_after_free() {
  const auto* values = new int[8]();
  delete[] values;
  std::printf("%d\n", values[five]);
}

void leak() { std::memset(new char[1000], five, 1000); }

void signed_overflow() { std::printf("%d\n", std::numeric_limits<int>::max() + five); }

void wide_shift() { std::printf("%d\n", 1 << (8 * five)); }

void misaligned() {
  alignas(8) char bytes[32] = {};
  std::printf("%f\n", *reinterpret_cast<double*>(bytes + five));
}

void float_to_int() { std::printf("%d\n", static_cast<int>(1e10 * five)); }

void span_overrun() {
  std::vector<double> values(8);
  std::printf("%f\n", std::span(values).first(4)[five]);
}

const std::map<std::string, void (*)()> kFaults = {
    {"heap-overrun", heap_overrun},       {"use-after-free", use_after_free}, {"leak", leak},
    {"signed-overflow", signed_overflow}, {"wide-shift", wide_shift},         {"misaligned", misaligned},
    {"float-to-int", float_to_int},       {"span-overrun", span_overrun},     {"none", [] {}}};

}  // namespace

int main(int argc, char** argv) {
  const scorefield::MpiEnvironment environment(&argc, &argv);
  const auto fault = kFaults.find(argc == 2 ? argv[1] : "");
  if (fault == kFaults.end()) {
    std::fputs("usage: scorefield_planted FAULT\n", stderr);
    return 2;
  }
  scorefield::keep_freed_memory();
  scorefield::parallel_for(0, 2, [&](std::int64_t i) {
    if (i == 1) fault->second();
  });
  return 0;
}
