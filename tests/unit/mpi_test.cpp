#include "base/mpi.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "test_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

// A failure on any one rank is thrown by all, with that rank's message and code.
TEST(RequireAll, OneRankFails) {
  for (int bad = 0; bad < comm().size(); ++bad) {
    const std::string message = "rank " + std::string(static_cast<std::size_t>(bad), 'x') + " failed";  // lengths differ
    const auto error = test::caught([&] {
      require_all(comm(), [&] {
        if (comm().rank() == bad) throw NumericalError(message);
      });
    });
    EXPECT_TRUE(error.agreed);
    EXPECT_EQ(error.message, message);
    EXPECT_EQ(error.code, ExitCode::numerical);
    EXPECT_EQ(error.ranks, comm().size());
  }
}

// An error that a part of the ranks agreed on (here one rank with itself) is agreed on by all in turn, as any other.
TEST(RequireAll, AgreementOfAPartBecomesOneOfAll) {
  const Comm self = Comm::self();
  for (int bad = 0; bad < comm().size(); ++bad) {
    const auto error = test::caught([&] {
      require_all(comm(), [&] {
        require_all(self, [&] {
          if (comm().rank() == bad) throw IoError("rank " + std::to_string(bad));
        });
      });
    });
    EXPECT_TRUE(error.agreed);
    EXPECT_EQ(error.ranks, comm().size());
    EXPECT_EQ(error.message, "rank " + std::to_string(bad));
    EXPECT_EQ(error.code, ExitCode::io);
  }
  EXPECT_EQ(comm().sum(1.0), comm().size());
}

// Where all ranks fail differently, all report the lowest; other exceptions become internal errors.
TEST(RequireAll, AllRanksFail) {
  const auto error = test::caught([&] {
    require_all(comm(), [&]() -> void {
      if (comm().is_root()) throw std::runtime_error("root");
      throw InputError("another");
    });
  });
  EXPECT_TRUE(error.agreed);
  EXPECT_EQ(error.message, "internal: root");
  EXPECT_EQ(error.code, ExitCode::internal);
}

// Nothing is thrown without a failure, an error agreed on inside passes through as it is, and the communicator
// still works after failures.
TEST(RequireAll, NoFailureAndNesting) {
  int calls = 0;
  require_all(comm(), [&] { ++calls; });
  EXPECT_EQ(calls, 1);
  const auto error = test::caught([&] {
    require_all(comm(), [&] {
      require_all(comm(), [&] {
        if (comm().rank() == comm().size() - 1) throw IoError("inner");
      });
    });
  });
  EXPECT_TRUE(error.agreed);
  EXPECT_EQ(error.message, "inner");
  EXPECT_EQ(error.code, ExitCode::io);
  EXPECT_EQ(comm().sum(1.0), comm().size());
}

// Parts cover everything once, in order, and differ in size by at most one.
TEST(Share, CoversEverything) {
  for (const std::int64_t count : {std::int64_t{0}, std::int64_t{1}, std::int64_t{7}, std::int64_t{4096}, std::int64_t{1000000000000}}) {
    for (const int parts : {1, 2, 3, 7, 64}) {
      std::int64_t next = 0;
      for (int i = 0; i < parts; ++i) {
        const Range part = share(count, parts, i);
        EXPECT_EQ(part.begin, next);
        EXPECT_GE(part.size(), count / parts);
        EXPECT_LE(part.size(), count / parts + (count % parts != 0));
        next = part.end;
      }
      EXPECT_EQ(next, count);
    }
  }
}

// Values arrive on the root in the order of ranks, also where ranks have none or many; elsewhere nothing arrives.
TEST(Comm, Gather) {
  const auto values_of = [](int rank) {
    std::vector<double> values;
    for (int i = 0; i < (rank * 3 + 2) % 4; ++i) values.push_back(10.0 * rank + i);
    return values;
  };
  std::vector<double> expected;
  for (int r = 0; r < comm().size() && comm().is_root(); ++r) {
    for (const double value : values_of(r)) expected.push_back(value);
  }
  EXPECT_EQ(comm().gather(values_of(comm().rank())), expected);
}

// The root's text and numbers reach every rank, whatever was there before, also empty ones.
TEST(Comm, Broadcast) {
  for (const std::string& text : {std::string(), std::string("deck\nwith\0zero", 14)}) {
    std::string received = comm().is_root() ? text : "something longer than what comes";
    comm().broadcast(received);
    EXPECT_EQ(received, text);
  }
  const std::vector<double> numbers = {1.5, -0.0, 3e300};
  std::vector<double> received = comm().is_root() ? numbers : std::vector<double>(7, 1.0);
  comm().broadcast(received);
  EXPECT_EQ(test::bits(received), test::bits(numbers));
}

// The root's integers, into arrays of the same size.
TEST(Comm, BroadcastIntegers) {
  const std::vector<std::int64_t> numbers = {-1, std::int64_t{1} << 62};
  std::vector<std::int64_t> received = comm().is_root() ? numbers : std::vector<std::int64_t>(2, 5);
  comm().broadcast(std::span(received));
  EXPECT_EQ(received, numbers);
}

// Sums, maxima and minima of every type over ranks.
TEST(Comm, Reductions) {
  const int rank = comm().rank(), size = comm().size();
  std::vector<double> doubles = {1.0 * rank, 1.0};
  std::vector<float> floats = {1.0f, static_cast<float>(rank)};
  std::vector<std::int64_t> integers = {std::int64_t{1} << 40, rank};
  comm().sum(std::span(doubles));
  comm().sum(std::span(floats));
  comm().sum(std::span(integers));
  const int ranks_sum = size * (size - 1) / 2;
  EXPECT_EQ(doubles, (std::vector<double>{1.0 * ranks_sum, 1.0 * size}));
  EXPECT_EQ(floats, (std::vector<float>{1.0f * static_cast<float>(size), static_cast<float>(ranks_sum)}));
  EXPECT_EQ(integers, (std::vector<std::int64_t>{(std::int64_t{1} << 40) * size, ranks_sum}));
  EXPECT_EQ(comm().max(std::int64_t{rank}), size - 1);
  EXPECT_EQ(comm().min(std::int64_t{rank} - 5), -5);
}

// Unsigned sums are those modulo 2^64.
TEST(Comm, SumsOfWords) {
  std::vector<std::uint64_t> words = {~std::uint64_t{0}, std::uint64_t{1} << 63};
  comm().sum(std::span(words));
  const auto size = static_cast<std::uint64_t>(comm().size());
  EXPECT_EQ(words, (std::vector<std::uint64_t>{~std::uint64_t{0} * size, size << 63}));
}

// Ranks of a colour are together, in their order.
TEST(Comm, Split) {
  const int colour = comm().rank() % 2;
  const Comm part = comm().split(colour);
  EXPECT_EQ(part.size(), (comm().size() + 1 - colour) / 2);
  EXPECT_EQ(part.rank(), comm().rank() / 2);
  EXPECT_EQ(part.sum(static_cast<double>(comm().rank())), part.size() * (part.size() - 1) + part.size() * colour);
}

/// Numbers that only the message between these ranks with this tag has.
std::vector<double> numbers_of(int from, int to, int tag) {
  std::vector<double> numbers;
  for (int i = 0; i < 3 * tag; ++i) numbers.push_back(1000.0 * from + 100.0 * to + 10.0 * tag + i);
  return numbers;
}

// Several messages between all pairs of ranks, and of a rank with itself, of other lengths, none among them; twice with the same object.
TEST(Messages, BetweenAllRanks) {
  Messages messages(comm());
  for (int time = 0; time < 2; ++time) {
    constexpr int kTags = 3;
    std::vector<std::vector<double>> in, out;
    for (int other = 0; other < comm().size(); ++other) {
      for (int tag = 0; tag < kTags; ++tag) {
        out.push_back(numbers_of(comm().rank(), other, tag));
        in.emplace_back(out.back().size(), -1.0);
      }
    }
    for (int i = 0; i < kTags * comm().size(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      messages.send(out[at], i / kTags, i % kTags);
      if (i % kTags != 1) {
        messages.receive(in[at], i / kTags, i % kTags);
      } else {
        messages.receive(std::as_writable_bytes(std::span(in[at])), i / kTags, i % kTags);
      }
    }
    messages.wait();
    for (int i = 0; i < kTags * comm().size(); ++i) {
      EXPECT_EQ(in[static_cast<std::size_t>(i)], numbers_of(i / kTags, comm().rank(), i % kTags));
    }
  }
  messages.wait();  // for nothing
}

// A rank's own communicator, the node's, and one that was moved.
TEST(Comm, OthersAndMoves) {
  Comm self = Comm::self();
  EXPECT_EQ(self.size(), 1);
  EXPECT_TRUE(self.is_root());
  EXPECT_EQ(self.sum(2.5), 2.5);
  const Comm node = comm().node();
  EXPECT_GE(node.size(), 1);
  EXPECT_LE(node.size(), comm().size());
  Comm moved = std::move(self);
  self = Comm::world();
  EXPECT_EQ(moved.size(), 1);
  EXPECT_EQ(self.rank(), comm().rank());
  EXPECT_EQ(self.size(), comm().size());
}

}  // namespace
}  // namespace scorefield
