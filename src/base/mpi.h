// MPI behind owning types, typed reductions, and the agreement of all ranks on an error.
#pragma once

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace scorefield {

/// Initialises MPI (thread level FUNNELED at least) on construction and finalises it on destruction.
class MpiEnvironment {
 public:
  MpiEnvironment(int* argc, char*** argv);
  ~MpiEnvironment();
  MpiEnvironment(const MpiEnvironment&) = delete;
  MpiEnvironment& operator=(const MpiEnvironment&) = delete;
};

/// An owned communicator: a duplicate, so that its traffic meets no one else's. All member functions
/// but rank, size, is_root and handle are collective; any number of values may be sent.
class Comm {
 public:
  /// A duplicate of MPI_COMM_WORLD.
  static Comm world();
  /// A duplicate of MPI_COMM_SELF: this rank alone.
  static Comm self();
  /// The ranks of one shared-memory node.
  Comm node() const;
  /// The ranks that give the same colour, in the order of their ranks here.
  Comm split(int colour) const;

  Comm(Comm&& other) noexcept;
  Comm& operator=(Comm&& other) noexcept;
  Comm(const Comm&) = delete;
  Comm& operator=(const Comm&) = delete;
  ~Comm();

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }

  void barrier() const;
  /// The root's text, or numbers (of any length), on every rank.
  void broadcast(std::string& text, int from = 0) const;
  void broadcast(std::vector<double>& values) const;
  /// The root's values into an array that has the same size everywhere.
  void broadcast(std::span<std::int64_t> values) const;
  void sum(std::span<double> values) const;
  void sum(std::span<float> values) const;
  void sum(std::span<std::int64_t> values) const;
  void sum(std::span<std::uint64_t> values) const;  ///< modulo 2^64
  std::int64_t max(std::int64_t value) const;
  void max(std::span<double> values) const;
  std::int64_t min(std::int64_t value) const;
  double sum(double value) const;
  /// Rank r's values, of any length, behind those of rank r-1, on the root; empty elsewhere.
  std::vector<double> gather(std::span<const double> values) const;

  MPI_Comm handle() const { return comm_; }

 private:
  explicit Comm(MPI_Comm owned);
  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
};

/// Messages between pairs of ranks that are under way. The arrays must stay until `wait` returns; two messages between the same ranks
/// differ in their tags. Call `wait` before it is destroyed, unless the program ends. Local, but a message needs both its ranks.
class Messages {
 public:
  explicit Messages(const Comm& comm) : comm_(&comm) {}
  Messages(Messages&& other) noexcept = default;
  Messages& operator=(Messages&& other) noexcept = default;
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;
  ~Messages() = default;
  void receive(std::span<double> values, int from, int tag);
  void receive(std::span<std::byte> values, int from, int tag);
  void send(std::span<const double> values, int to, int tag);
  void send(std::span<const std::byte> values, int to, int tag);
  /// Until all have arrived.
  void wait();

 private:
  const Comm* comm_;
  std::vector<MPI_Request> requests_;
};

/// Runs `action` on every rank and waits for all. If it threw on any rank, every rank throws AgreedError with
/// the message and code of the lowest rank that failed. Collective. `action` itself must not communicate over `comm`
/// unless all ranks fail together; an error that a part of the ranks agreed on becomes one of all.
void require_all(const Comm& comm, const std::function<void()>& action);

/// False while this rank alone unwinds from an exception: a destructor that communicated would wait for the others instead of letting
/// main end them. True otherwise, also while all ranks unwind from an error that require_all agreed on.
bool may_communicate();

/// True while the ranks unwind from an error of this kind that they agreed on. Local.
bool unwinding_from(ExitCode code);

/// Ends every rank at once with this exit code, after a lone failure.
[[noreturn]] void abort_all(ExitCode code);

/// The contiguous part [begin, end) of `count` items that falls to one of `parts`; sizes differ by at most one.
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t size() const { return end - begin; }
};
Range share(std::int64_t count, int parts, int index);

}  // namespace scorefield
