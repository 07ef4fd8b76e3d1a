#include <algorithm>
#include <cstring>

#include "base/hdf5.h"
#include "base/hdf5_handle.h"

namespace scorefield {

using namespace h5;

namespace {

void write_attribute(hid_t file, const std::string& object, const std::string& name, hid_t stored, hid_t memory, const void* value,
                     const std::filesystem::path& path) {
  const std::string what = "cannot write attribute " + name + " of " + in(object, path) + kMakeRoom;
  const Handle holder = attribute_holder(file, object, what);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, what);
  const Handle attribute(H5Acreate(holder, name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, what);
  check(H5Awrite(attribute, memory, value), what);
}

/// For H5Literate and H5Aiterate: appends a name to a vector.
template <class Info>
herr_t add_name(hid_t, const char* name, const Info*, void* to) {
  static_cast<std::vector<std::string>*>(to)->push_back(name);
  return 0;
}

}  // namespace

void H5File::set_attribute(const std::string& object, const std::string& name, const std::string& value) {
  writing([&] {
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "cannot make a text type");
    check(H5Tset_size(type, std::max<std::size_t>(value.size(), 1)), "cannot make a text type");
    check(H5Tset_cset(type, H5T_CSET_UTF8), "cannot make a text type");
    check(H5Tset_strpad(type, H5T_STR_NULLPAD), "cannot make a text type");
    write_attribute(file_, object, name, type, type, value.c_str(), path_);
  });
}

void H5File::set_attribute(const std::string& object, const std::string& name, double value) {
  writing([&] { write_attribute(file_, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, path_); });
}

void H5File::set_attribute(const std::string& object, const std::string& name, std::int64_t value) {
  writing([&] { write_attribute(file_, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value, path_); });
}

bool H5File::has_attribute(const std::string& object, const std::string& name) const {
  return (object == "/" || is_there(object)) && H5Aexists_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

std::optional<std::string> H5File::text_attribute(const std::string& object, const std::string& name) const {
  std::optional<std::string> result;
  require_all(*comm_, [&] {
    if (!has_attribute(object, name)) return;
    const std::string what = "cannot read attribute " + name + " of " + in(object, path_);
    const Handle attribute(H5Aopen_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, what);
    const Handle type(H5Aget_type(attribute), H5Tclose, what);
    const Handle space(H5Aget_space(attribute), H5Sclose, what);
    const bool fixed = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) <= 0;
    if (!fixed || H5Sget_simple_extent_npoints(space) != 1) throw InputError(what + ": not one fixed text");
    std::string text(H5Tget_size(type), '\0');
    check(H5Aread(attribute, type, text.data()), what);
    text.resize(std::strlen(text.c_str()));
    result = text;
  });
  return result;
}

template <class T>
std::optional<T> H5File::numeric_attribute(const std::string& object, const std::string& name, std::int64_t memory_type) const {
  std::optional<T> result;
  require_all(*comm_, [&] {
    if (!has_attribute(object, name)) return;
    const std::string what = "cannot read attribute " + name + " of " + in(object, path_);
    const Handle attribute(H5Aopen_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, what);
    const Handle space(H5Aget_space(attribute), H5Sclose, what);
    T value{};
    const bool good = H5Sget_simple_extent_npoints(space) == 1 && H5Aread(attribute, memory_type, &value) >= 0;
    if (!good) throw InputError(what + ": not a number");
    result = value;
  });
  return result;
}

std::optional<double> H5File::number_attribute(const std::string& object, const std::string& name) const {
  return numeric_attribute<double>(object, name, H5T_NATIVE_DOUBLE);
}

std::optional<std::int64_t> H5File::integer_attribute(const std::string& object, const std::string& name) const {
  return numeric_attribute<std::int64_t>(object, name, H5T_NATIVE_INT64);
}

std::vector<std::string> H5File::names(const std::string& group) const {
  std::vector<std::string> result;
  require_all(*comm_, [&] {
    const std::string what = "cannot list " + in(group, path_);
    const Handle holder = attribute_holder(file_, group, what);
    check(H5Literate(holder, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &result), what);
  });
  return result;
}

std::vector<std::string> H5File::attribute_names(const std::string& object) const {
  std::vector<std::string> result;
  require_all(*comm_, [&] {
    const std::string what = "cannot list attributes of " + in(object, path_);
    const Handle holder = attribute_holder(file_, object, what);
    check(H5Aiterate(holder, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &result), what);
  });
  return result;
}

}  // namespace scorefield
