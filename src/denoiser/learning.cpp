#include "denoiser/learning.h"

#include <dlfcn.h>

#include "base/error.h"

namespace scorefield {
namespace {

constexpr const char* kLibrary = "libscorefield_learning.so";  // beside the executable, or in the lib beside its bin: see its run path

/// Stays loaded to the end: torch's own threads and registries outlive any object of ours.
const Learning& load() {
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  void* const function = library != nullptr ? ::dlsym(library, "scorefield_learning") : nullptr;
  if (function == nullptr) {
    throw IoError(std::string("cannot load ") + kLibrary + ", which trains networks (" + ::dlerror() +
                  "): build and install the program again with the LibTorch that is there");
  }
  return *reinterpret_cast<const Learning* (*)()>(function)();  // NOLINT: dlsym knows no types
}

}  // namespace

const Learning& learning() {
  static const Learning& loaded = load();
  return loaded;
}

const Learning& learning(const Comm& comm) {
  require_all(comm, [] { learning(); });
  return learning();
}

}  // namespace scorefield
