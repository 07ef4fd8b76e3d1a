#include "denoiser/device.h"

#include <ATen/Context.h>

#include "base/error.h"

namespace scorefield {

std::string device_of(const Comm& comm, const std::string& wanted) {
  const std::size_t devices = wanted == "cpu" ? 0 : at::getNumGPUs();
  require_all(comm, [&] {
    if (wanted == "cuda" && devices == 0) {
      throw InputError("run.device = cuda, and there is no CUDA device, or this LibTorch has no support for it: take cpu or auto");
    }
  });
  const auto place = static_cast<std::size_t>(comm.node().rank());
  return devices == 0 ? "cpu" : "cuda:" + std::to_string(place % devices);
}

}  // namespace scorefield
