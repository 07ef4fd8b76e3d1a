#include "base/mpi.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>
#include <utility>

namespace scorefield {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 30;  // bytes: MPI counts by int. Pieces with one tag arrive in their order.

/// Calls action(part) for parts of at most kPiece bytes, one if there is nothing.
template <class T, class Action>
void in_pieces(std::span<T> values, const Action& action) {
  constexpr std::size_t kAtOnce = kPiece / sizeof(T);
  for (; values.size() > kAtOnce; values = values.subspan(kAtOnce)) action(values.first(kAtOnce));
  action(values);
}

template <class T>
void broadcast_pieces(std::span<T> values, MPI_Datatype type, int from, MPI_Comm comm) {
  in_pieces(values, [&](std::span<T> part) { MPI_Bcast(part.data(), static_cast<int>(part.size()), type, from, comm); });
}

template <class T>
void all_reduce(std::span<T> values, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  in_pieces(values, [&](std::span<T> part) { MPI_Allreduce(MPI_IN_PLACE, part.data(), static_cast<int>(part.size()), type, op, comm); });
}

}  // namespace

MpiEnvironment::MpiEnvironment(int* argc, char*** argv) {
  int provided = 0;
  MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
  if (provided < MPI_THREAD_FUNNELED) {
    throw InputError("this MPI gives no thread support; use one built with at least MPI_THREAD_FUNNELED");
  }
}

MpiEnvironment::~MpiEnvironment() { MPI_Finalize(); }

Comm::Comm(MPI_Comm owned) : comm_(owned) {
  MPI_Comm_rank(comm_, &rank_);
  MPI_Comm_size(comm_, &size_);
}

Comm Comm::world() {
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &copy);
  return Comm(copy);
}

Comm Comm::self() {
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_SELF, &copy);
  return Comm(copy);
}

Comm Comm::node() const {
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &part);
  return Comm(part);
}

Comm Comm::split(int colour) const {
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(comm_, colour, rank_, &part);
  return Comm(part);
}

Comm::Comm(Comm&& other) noexcept : comm_(std::exchange(other.comm_, MPI_COMM_NULL)), rank_(other.rank_), size_(other.size_) {}

Comm& Comm::operator=(Comm&& other) noexcept {
  std::swap(comm_, other.comm_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  return *this;
}

Comm::~Comm() {
  if (comm_ != MPI_COMM_NULL) MPI_Comm_free(&comm_);
}

void Comm::barrier() const { MPI_Barrier(comm_); }

void Comm::broadcast(std::string& text, int from) const {
  auto length = static_cast<std::int64_t>(text.size());
  MPI_Bcast(&length, 1, MPI_INT64_T, from, comm_);
  text.resize(static_cast<std::size_t>(length));
  broadcast_pieces(std::span(text), MPI_CHAR, from, comm_);
}

void Comm::broadcast(std::vector<double>& values) const {
  auto length = static_cast<std::int64_t>(values.size());
  MPI_Bcast(&length, 1, MPI_INT64_T, 0, comm_);
  values.resize(static_cast<std::size_t>(length));
  broadcast_pieces(std::span(values), MPI_DOUBLE, 0, comm_);
}

void Comm::sum(std::span<double> values) const { all_reduce(values, MPI_DOUBLE, MPI_SUM, comm_); }
void Comm::sum(std::span<float> values) const { all_reduce(values, MPI_FLOAT, MPI_SUM, comm_); }
void Comm::sum(std::span<std::int64_t> values) const { all_reduce(values, MPI_INT64_T, MPI_SUM, comm_); }
void Comm::sum(std::span<std::uint64_t> values) const { all_reduce(values, MPI_UINT64_T, MPI_SUM, comm_); }

double Comm::sum(double value) const {
  all_reduce(std::span(&value, 1), MPI_DOUBLE, MPI_SUM, comm_);
  return value;
}

void Comm::max(std::span<double> values) const { all_reduce(values, MPI_DOUBLE, MPI_MAX, comm_); }

std::int64_t Comm::max(std::int64_t value) const {
  all_reduce(std::span(&value, 1), MPI_INT64_T, MPI_MAX, comm_);
  return value;
}

std::int64_t Comm::min(std::int64_t value) const {
  all_reduce(std::span(&value, 1), MPI_INT64_T, MPI_MIN, comm_);
  return value;
}

void Comm::broadcast(std::span<std::int64_t> values) const { broadcast_pieces(values, MPI_INT64_T, 0, comm_); }

std::vector<double> Comm::gather(std::span<const double> values) const {
  auto all_numbers = static_cast<std::int64_t>(values.size());
  all_reduce(std::span(&all_numbers, 1), MPI_INT64_T, MPI_SUM, comm_);
  require_all(*this, [&] {
    if (all_numbers > std::numeric_limits<int>::max()) throw Error(ExitCode::internal, "more numbers are gathered than MPI counts");
  });
  const int mine = static_cast<int>(values.size());
  std::vector<int> counts(is_root() ? size_ : 0);
  MPI_Gather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, comm_);
  std::vector<int> starts(counts.size());
  int total = 0;
  for (std::size_t r = 0; r < counts.size(); ++r) {
    starts[r] = total;
    total += counts[r];
  }
  std::vector<double> all(static_cast<std::size_t>(total));
  MPI_Gatherv(values.data(), mine, MPI_DOUBLE, all.data(), counts.data(), starts.data(), MPI_DOUBLE, 0, comm_);
  return all;
}

void Messages::receive(std::span<std::byte> values, int from, int tag) {
  in_pieces(values, [&](std::span<std::byte> part) {
    requests_.emplace_back();
    MPI_Irecv(part.data(), static_cast<int>(part.size()), MPI_BYTE, from, tag, comm_->handle(), &requests_.back());
  });
}

void Messages::send(std::span<const std::byte> values, int to, int tag) {
  in_pieces(values, [&](std::span<const std::byte> part) {
    requests_.emplace_back();
    MPI_Isend(part.data(), static_cast<int>(part.size()), MPI_BYTE, to, tag, comm_->handle(), &requests_.back());
  });
}

void Messages::receive(std::span<double> values, int from, int tag) { receive(std::as_writable_bytes(values), from, tag); }

void Messages::send(std::span<const double> values, int to, int tag) { send(std::as_bytes(values), to, tag); }

void Messages::wait() {
  MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
  requests_.clear();
}

namespace {

/// The kind of the last error that was agreed on, until all ranks go on.
std::optional<ExitCode>& agreed() {
  static std::optional<ExitCode> code;
  return code;
}

}  // namespace

bool may_communicate() { return std::uncaught_exceptions() == 0 || agreed().has_value(); }

bool unwinding_from(ExitCode code) { return std::uncaught_exceptions() > 0 && agreed() == code; }

void require_all(const Comm& comm, const std::function<void()>& action) {
  agreed().reset();  // an earlier agreed error was caught: all ranks went on
  std::optional<Failure> failure;
  try {
    action();
  } catch (const AgreedError& error) {
    if (error.ranks == comm.size()) throw;
    failure = current_failure();  // agreed on by a part of these ranks only
  } catch (const std::exception&) {
    failure = current_failure();
  }
  const auto first = comm.min(static_cast<std::int64_t>(failure ? comm.rank() : comm.size()));
  if (first == comm.size()) return;
  const int speaker = static_cast<int>(first);
  Failure said = failure.value_or(Failure{ExitCode::complete, ""});
  auto code = static_cast<std::int64_t>(said.code);
  MPI_Bcast(&code, 1, MPI_INT64_T, speaker, comm.handle());
  comm.broadcast(said.message, speaker);
  agreed() = static_cast<ExitCode>(code);
  throw AgreedError(static_cast<ExitCode>(code), said.message, comm.size());
}

void abort_all(ExitCode code) {
  MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));
  std::terminate();
}

Range share(std::int64_t count, int parts, int index) {
  const std::int64_t small = count / parts;
  const std::int64_t larger = count % parts;
  const std::int64_t begin = index * small + std::min<std::int64_t>(index, larger);
  return {begin, begin + small + (index < larger ? 1 : 0)};
}

}  // namespace scorefield
