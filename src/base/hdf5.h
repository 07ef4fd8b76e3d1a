// Parallel HDF5 behind owning handles. Only the implementation of this class calls H5* (and hdf5_library.h).
// All member functions are collective over the communicator the file was opened with; a failure on any
// rank is agreed on and thrown on all (AgreedError, exit code 3, or 2 for a file that is not what it must be).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/layout_seal.h"
#include "base/mpi.h"
#include "base/seal.h"

namespace scorefield {

using Shape = std::vector<std::uint64_t>;

/// How numbers are stored in the file; in memory they are always double or int64.
enum class Stored { float32, float64, int64 };

/// A regular selection of a dataset: along each axis `count` blocks of `block` entries, `stride` apart, from `start` on.
struct Slab {
  Shape start, count, stride, block;
  std::uint64_t size() const;
};

/// A file of datasets and attributes. Paths inside are absolute ("/backward/time"); missing groups are made.
class H5File {
 public:
  /// Creates (truncates) `path`, with room for a seal (base/seal.h). The root alone writes into it: what the others hand over
  /// to write_all and set_attribute is ignored, and to write_rows and write_slab an internal error; nothing can be read from it.
  static H5File create(const std::filesystem::path& path, const Comm& comm);
  /// Opens `path` for reading. InputError if it is damaged: its checksum is verified before HDF5 reads it. A file without one is taken.
  static H5File open(const std::filesystem::path& path, const Comm& comm);
  /// The same, with what check_seal said of the file a moment ago.
  static H5File open(const std::filesystem::path& path, const Comm& comm, Seal seal);
  /// Opens `path`, whose layout was found to be right (layout_seal.h), for writing into its datasets.
  static H5File open_to_write(const std::filesystem::path& path, const Comm& comm);

  H5File(H5File&& other) noexcept;
  H5File(const H5File&) = delete;
  H5File& operator=(const H5File&) = delete;
  H5File& operator=(H5File&&) = delete;
  ~H5File();

  void create_group(const std::string& name);
  /// Makes a contiguous dataset, allocated at once at full size. IoError if the disk has no room for it, found out
  /// before HDF5 writes.
  void create_dataset(const std::string& name, const Shape& shape, Stored type = Stored::float64);
  /// Each rank writes its rows [first, first + rows) along the first axis; `values` holds them row by row. A rank may write none.
  void write_rows(const std::string& name, std::uint64_t first, std::span<const double> values);
  /// Each rank reads rows of its own, or all the same ones; `values` has the size of `rows` rows. (Ranges that overlap without
  /// being equal come back as zeros from Open MPI 4.1.4 on three ranks or more: its data sieving, issue 10546.)
  void read_rows(const std::string& name, std::uint64_t first, std::uint64_t rows, std::span<double> values) const;
  /// Each rank writes, or reads, the entries of a slab of its own, in the order of the dataset's axes; slabs of different ranks do not
  /// overlap. A slab may be empty.
  void write_slab(const std::string& name, const Slab& slab, std::span<const double> values);
  void read_slab(const std::string& name, const Slab& slab, std::span<double> values) const;
  /// Makes a dataset and writes the root's values into it.
  void write_all(const std::string& name, const Shape& shape, std::span<const double> values, Stored type = Stored::float64);
  /// All of a dataset, on every rank.
  std::vector<double> read_all(const std::string& name) const;

  bool exists(const std::string& name) const;
  Shape shape(const std::string& name) const;
  /// True of a dataset of integers or floating-point numbers.
  bool holds_numbers(const std::string& name) const;

  /// Attributes, of a group or a dataset.
  void set_attribute(const std::string& object, const std::string& name, const std::string& value);
  void set_attribute(const std::string& object, const std::string& name, double value);
  void set_attribute(const std::string& object, const std::string& name, std::int64_t value);
  std::optional<std::string> text_attribute(const std::string& object, const std::string& name) const;
  std::optional<double> number_attribute(const std::string& object, const std::string& name) const;
  std::optional<std::int64_t> integer_attribute(const std::string& object, const std::string& name) const;

  /// Names of the members of a group, and of the attributes of an object.
  std::vector<std::string> names(const std::string& group) const;
  std::vector<std::string> attribute_names(const std::string& object) const;

  /// Where in a file that was created the datasets lie that nothing was written into yet. On the root; empty on the others.
  std::vector<FilePart> unwritten() const;

  /// What was written goes to disk.
  void flush();

  /// Closes the file and reports what only closing shows (a full disk, for one).
  void close();

  /// An error "<path> <complaint>" with this exit code, agreed on by all ranks, if `good` is false on any.
  void require(bool good, const std::string& complaint, ExitCode code = ExitCode::bad_input) const;

  const std::filesystem::path& path() const { return path_; }

  /// True if the file was opened with a checksum that is right: then it is, to the bit, what the program wrote.
  bool sealed() const { return sealed_; }

 private:
  void writing(const std::function<void()>& action);
  void write_selected(const std::string& name, std::span<const double> values, const std::function<Slab(const Shape&)>& select);
  bool is_there(const std::string& name) const;
  std::int64_t open_dataset(const std::string& name) const;
  [[noreturn]] void unreadable(const std::string& what) const;
  bool has_attribute(const std::string& object, const std::string& name) const;
  template <class T>
  std::optional<T> numeric_attribute(const std::string& object, const std::string& name, std::int64_t memory_type) const;
  static H5File open_with(const std::filesystem::path& path, const Comm& comm, unsigned flags, bool sealed);
  H5File(std::filesystem::path path, const Comm& comm, std::int64_t file);
  std::filesystem::path path_;
  const Comm* comm_ = nullptr;
  std::int64_t file_ = -1;
  std::uint64_t reserved_ = 0;  ///< bytes that a new file has room for on the disk
  std::map<std::string, FilePart> unwritten_;
  bool sealed_ = false;
};

}  // namespace scorefield
