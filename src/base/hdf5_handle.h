// What the implementation of H5File shares; nobody else includes this.
#pragma once

#include <hdf5.h>

#include <filesystem>
#include <string>

#include "base/error.h"

namespace scorefield::h5 {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));

/// Owns one HDF5 identifier. Throws IoError if HDF5 gave none.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close close, const std::string& what) : id_(id), close_(close) {
    if (id_ < 0) throw IoError(what);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { close_(id_); }
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor): stands for the identifier in every call of HDF5

 private:
  hid_t id_;
  Close close_;
};

inline void check(herr_t status, const std::string& what) {
  if (status < 0) throw IoError(what);
}

/// The cure for a file that is not what it must be.
inline constexpr const char* kMakeAgain = ": move the file away and run its stage again";

/// "/field in out/ensemble.h5", for messages.
inline std::string in(const std::string& name, const std::filesystem::path& path) { return name + " in " + path.string(); }

/// Any object that carries attributes or members.
inline Handle attribute_holder(hid_t file, const std::string& object, const std::string& what) {
  return Handle(H5Oopen(file, object.c_str(), H5P_DEFAULT), H5Oclose, what);
}

}  // namespace scorefield::h5
