#include <algorithm>
#include <cerrno>

#include "base/disk.h"
#include "base/hdf5.h"
#include "base/hdf5_handle.h"

namespace scorefield {

using namespace h5;

namespace {

hid_t file_type(Stored type) {
  switch (type) {
    case Stored::float32: return H5T_IEEE_F32LE;
    case Stored::float64: return H5T_IEEE_F64LE;
    case Stored::int64: return H5T_STD_I64LE;
  }
  throw Error(ExitCode::internal, "unknown storage type");
}

/// Room for what HDF5 writes about a dataset.
constexpr std::uint64_t kDatasetRoom = 4 * 1024;

std::uint64_t bytes_of(const Shape& shape) {
  std::uint64_t bytes = 8;
  for (const std::uint64_t extent : shape) bytes *= extent;
  return bytes;
}

Shape shape_of(hid_t dataset, const std::string& what) {
  const Handle space(H5Dget_space(dataset), H5Sclose, what);
  const int rank = H5Sget_simple_extent_ndims(space);
  std::vector<hsize_t> extent(static_cast<std::size_t>(std::max(rank, 0)));
  check(H5Sget_simple_extent_dims(space, extent.data(), nullptr), what);
  return {extent.begin(), extent.end()};
}

std::uint64_t row_size(const Shape& shape) {
  std::uint64_t size = 1;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) size *= shape[axis];
  return size;
}

/// The slab of rows [first, first + rows) of a dataset.
Slab whole_rows(const Shape& shape, std::uint64_t first, std::uint64_t rows) {
  Slab slab{Shape(shape.size(), 0), shape, Shape(shape.size(), 1), Shape(shape.size(), 1)};
  if (!shape.empty()) {
    slab.start[0] = first;
    slab.count[0] = rows;
  }
  return slab;
}

/// What can be wrong on one rank alone, tested before any rank enters a collective call.
void check_slab(const Shape& shape, const Slab& slab, std::uint64_t values, const std::string& what) {
  const std::size_t axes = shape.size();
  const bool same =
      axes > 0 && slab.start.size() == axes && slab.stride.size() == axes && slab.count.size() == axes && slab.block.size() == axes;
  if (!same) throw IoError(what + ": it has other axes");
  if (slab.size() != values) throw IoError(what + ": buffer of another size");
  for (std::size_t i = 0; i < axes && values > 0; ++i) {
    const std::uint64_t last = slab.count[i] - 1, stride = slab.stride[i], block = slab.block[i];
    if (stride == 0 || (last > 0 && stride < block)) throw IoError(what + ": blocks that overlap");
    const bool fits = block <= shape[i] && last <= (shape[i] - block) / stride && slab.start[i] <= shape[i] - block - last * stride;
    if (!fits) throw IoError(what + ": entries outside its shape");
  }
}

bool is_numeric(hid_t dataset, const std::string& what) {
  const Handle type(H5Dget_type(dataset), H5Tclose, what);
  const H5T_class_t kind = H5Tget_class(type);
  return kind == H5T_FLOAT || kind == H5T_INTEGER;
}

/// Transfers a slab between memory and the dataset. Reading is collective; writing is not, so that a rank that cannot write does not
/// leave the others waiting inside.
template <class Transfer>
void transfer_slab(hid_t dataset, const Slab& slab, H5FD_mpio_xfer_t mode, const std::string& what, Transfer transfer) {
  const auto extents = [](const Shape& shape) { return std::vector<hsize_t>(shape.begin(), shape.end()); };
  const Handle file_space(H5Dget_space(dataset), H5Sclose, what);
  const hsize_t flat = std::max<hsize_t>(slab.size(), 1);
  const Handle memory_space(H5Screate_simple(1, &flat, nullptr), H5Sclose, what);
  if (slab.size() > 0) {
    check(H5Sselect_hyperslab(file_space, H5S_SELECT_SET, extents(slab.start).data(), extents(slab.stride).data(),
                              extents(slab.count).data(), extents(slab.block).data()),
          what);
  } else {
    check(H5Sselect_none(file_space), what);
    check(H5Sselect_none(memory_space), what);
  }
  const Handle plist(H5Pcreate(H5P_DATASET_XFER), H5Pclose, what);
  check(H5Pset_dxpl_mpio(plist, mode), what);
  check(transfer(memory_space, file_space, plist), what);
}

}  // namespace

void H5File::create_dataset(const std::string& name, const Shape& shape, Stored type) {
  reserved_ += bytes_of(shape) + kDatasetRoom;
  writing([&] {
    reserve_room(path_, reserved_);
    const std::string what = "cannot make dataset " + in(name, path_) + kMakeRoom;
    const std::vector<hsize_t> extent(shape.begin(), shape.end());
    const Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose, what);
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
    check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), what);
    check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), what);
    const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, what);
    check(H5Pset_create_intermediate_group(links, 1), what);
    const Handle dataset(H5Dcreate(file_, name.c_str(), file_type(type), space, links, creation, H5P_DEFAULT), H5Dclose, what);
    unwritten_[name] = {H5Dget_offset(dataset), H5Dget_storage_size(dataset)};
  });
}

std::uint64_t Slab::size() const {
  std::uint64_t entries = 1;
  for (std::size_t i = 0; i < count.size(); ++i) entries *= count[i] * block[i];
  return entries;
}

void H5File::write_rows(const std::string& name, std::uint64_t first, std::span<const double> values) {
  write_selected(name, values, [&](const Shape& shape) {
    const std::uint64_t size = std::max<std::uint64_t>(row_size(shape), 1);
    return whole_rows(shape, first, values.size() / size);
  });
}

void H5File::write_slab(const std::string& name, const Slab& slab, std::span<const double> values) {
  write_selected(name, values, [&](const Shape&) { return slab; });
}

void H5File::write_selected(const std::string& name, std::span<const double> values, const std::function<Slab(const Shape&)>& select) {
  if (reserved_ > 0) {
    require_all(*comm_, [&] {
      if (file_ < 0 && !values.empty())
        throw Error(ExitCode::internal, "a rank other than the root writes " + in(name, path_) + ", which is being made by the root alone");
    });
  }
  writing([&] {
    const std::string what = "cannot write " + in(name, path_) + kMakeRoom;
    const Handle dataset(open_dataset(name), H5Dclose, name);
    unwritten_.erase(name);
    const Shape shape = shape_of(dataset, what);
    const Slab slab = select(shape);
    check_slab(shape, slab, values.size(), what);
    transfer_slab(dataset, slab, H5FD_MPIO_INDEPENDENT, what, [&](hid_t memory, hid_t file, hid_t plist) {
      return H5Dwrite(dataset, H5T_NATIVE_DOUBLE, memory, file, plist, values.data());
    });
  });
}

void H5File::read_rows(const std::string& name, std::uint64_t first, std::uint64_t rows, std::span<double> values) const {
  read_slab(name, whole_rows(shape(name), first, rows), values);
}

void H5File::read_slab(const std::string& name, const Slab& slab, std::span<double> values) const {
  const std::string what = "cannot read " + in(name, path_);
  require_all(*comm_, [&] {
    const Handle dataset(open_dataset(name), H5Dclose, name);
    if (!is_numeric(dataset, what)) throw InputError(what + ": it holds no numbers" + kMakeAgain);
    check_slab(shape_of(dataset, what), slab, values.size(), what);
  });
  require_all(*comm_, [&] {
    const Handle dataset(open_dataset(name), H5Dclose, name);
    transfer_slab(
        dataset, slab, comm_->size() > 1 ? H5FD_MPIO_COLLECTIVE : H5FD_MPIO_INDEPENDENT, what,
        [&](hid_t memory, hid_t file, hid_t plist) { return H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, file, plist, values.data()); });
  });
}

void H5File::write_all(const std::string& name, const Shape& shape, std::span<const double> values, Stored type) {
  create_dataset(name, shape, type);
  write_rows(name, 0, comm_->is_root() ? values : std::span<const double>{});
}

std::vector<double> H5File::read_all(const std::string& name) const {
  const Shape extent = shape(name);
  std::vector<double> values(extent.empty() ? 0 : extent[0] * row_size(extent));
  read_rows(name, 0, extent.empty() ? 0 : extent[0], values);
  return values;
}

std::vector<FilePart> H5File::unwritten() const {
  std::vector<FilePart> parts;
  for (const auto& [name, part] : unwritten_) parts.push_back(part);
  return parts;
}

bool H5File::exists(const std::string& name) const {
  std::int64_t there = 0;
  require_all(*comm_, [&] { there = is_there(name) ? 1 : 0; });
  return comm_->min(there) == 1;
}

/// Thrown where HDF5 fails on something that is there. In a file whose bytes were just found to be right the disk is to blame, and the file
/// good.
void H5File::unreadable(const std::string& what) const {
  if (sealed_) throw IoError("cannot read " + what + cure_of_disk(EIO));
  throw InputError("cannot read " + what + kMakeAgain);
}

std::int64_t H5File::open_dataset(const std::string& name) const {
  if (!is_there(name)) throw InputError("no dataset " + in(name, path_) + kMakeAgain);
  const hid_t dataset = H5Dopen(file_, name.c_str(), H5P_DEFAULT);
  if (dataset < 0) unreadable(in(name, path_));
  return dataset;
}

bool H5File::is_there(const std::string& name) const {
  // H5Lexists wants every group on the way to exist, so it is asked one step at a time.
  for (std::size_t slash = name.find('/', 1);; slash = name.find('/', slash + 1)) {
    const htri_t found = H5Lexists(file_, name.substr(0, slash).c_str(), H5P_DEFAULT);
    if (found < 0) unreadable(in(name, path_));
    if (found == 0) return false;
    if (slash == std::string::npos) return true;
  }
}

Shape H5File::shape(const std::string& name) const {
  Shape result;
  require_all(*comm_,
              [&] { result = shape_of(Handle(open_dataset(name), H5Dclose, name), "cannot read the shape of " + in(name, path_)); });
  return result;
}

bool H5File::holds_numbers(const std::string& name) const {
  bool numeric = false;
  require_all(*comm_, [&] {
    const std::string what = "cannot read the type of " + in(name, path_);
    const Handle object(H5Oopen(file_, name.c_str(), H5P_DEFAULT), H5Oclose, what);
    numeric = H5Iget_type(object) == H5I_DATASET && is_numeric(object, what);
  });
  return numeric;
}

}  // namespace scorefield
