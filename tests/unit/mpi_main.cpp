// GoogleTest under MPI: rank 0 reports as usual, the others only their failures, and a failure on any rank makes
// all exit with 1.
#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>
#include <string>

#include "base/hdf5_library.h"
#include "test_support.h"

namespace {

/// Prints a rank's failures, each in one piece so that ranks do not mix.
class FailurePrinter : public testing::EmptyTestEventListener {
 public:
  explicit FailurePrinter(int rank) : rank_(rank) {}

 private:
  /// (Asking for the current test where a failure is reported would wait for a lock that GoogleTest holds there.)
  void OnTestStart(const testing::TestInfo& test) override { test_ = std::string(test.test_suite_name()) + "." + test.name(); }

  void OnTestPartResult(const testing::TestPartResult& part) override {
    if (!part.failed()) return;
    std::ostringstream text;
    text << "rank " << rank_ << ": " << test_ << ": " << (part.file_name() != nullptr ? part.file_name() : "?") << ":" << part.line_number()
         << ": " << part.message() << "\n";
    std::fputs(text.str().c_str(), stderr);
  }

  int rank_;
  std::string test_;
};

/// The exit status of all ranks: 1 if any rank's is not 0.
int agree(const scorefield::Comm& comm, int status) {
  const bool failed_here = status != 0;
  const auto failed = comm.sum(failed_here ? 1.0 : 0.0);
  if (failed > 0.0 && comm.is_root()) std::printf("FAILED on %.0f of %d ranks\n", failed, comm.size());
  return failed > 0.0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  scorefield::prepare_hdf5();
  const scorefield::MpiEnvironment environment(&argc, &argv);
  const scorefield::Comm comm = scorefield::Comm::world();
  scorefield::test::set_world(comm);
  testing::InitGoogleTest(&argc, argv);
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  if (!comm.is_root()) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailurePrinter(comm.rank()));
  }
  return agree(comm, RUN_ALL_TESTS());
}
