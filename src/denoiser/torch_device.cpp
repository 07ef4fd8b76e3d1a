#include "denoiser/torch_device.h"

#include <ATen/Context.h>

#include "base/error.h"

namespace scorefield {

at::Device torch_device(const std::string& wanted) {
  const bool there = at::hasCUDA();
  if (wanted == "cuda" && !there) {
    throw InputError("run.device = cuda, and there is no CUDA device, or this LibTorch has no support for it: take cpu or auto");
  }
  return wanted == "cpu" || !there ? at::Device(at::kCPU) : at::Device(at::kCUDA);
}

}  // namespace scorefield
