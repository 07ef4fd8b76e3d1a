// Arrays of numpy that are imported: an InputError, or numbers that the file holds.
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "base/npy.h"
#include "scratch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace scorefield;
  const std::filesystem::path path = fuzz::scratch_file(data, size);
  try {
    const NpyFile file(path);
    std::size_t numbers = 1;
    for (const std::uint64_t extent : file.shape()) numbers *= extent;
    if (numbers > size) std::abort();
    std::vector<double> values(numbers);
    file.read(0, values);
  } catch (const InputError&) {
  }
  return 0;
}
