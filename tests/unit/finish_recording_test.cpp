#include "observables/finish_recording.h"

#include <gtest/gtest.h>

#include <numeric>

namespace scorefield {
namespace {

// Records after 0, 1, 2, 4, ... and all updates, none twice.
TEST(FinishRecording, Updates) {
  EXPECT_EQ(FinishRecording(1).updates(), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(FinishRecording(8).updates(), (std::vector<std::int64_t>{0, 1, 2, 4, 8}));
  EXPECT_EQ(FinishRecording(9).updates(), (std::vector<std::int64_t>{0, 1, 2, 4, 8, 9}));
}

// A row holds the moments of its configuration and products with the start; sums are over rows.
TEST(FinishRecording, RowsAndSums) {
  finish::Row start{}, row{};
  finish::fill(std::vector<double>{1.0, -3.0}, 4.0, start, start);
  finish::fill(std::vector<double>{2.0, 0.0}, 6.0, row, start);
  EXPECT_EQ(row[finish::phi2], 2.0);
  EXPECT_EQ(row[finish::phi8], 128.0);
  EXPECT_EQ(row[finish::abs_m], 1.0);
  EXPECT_EQ(row[finish::m4], 1.0);
  EXPECT_EQ(row[finish::action_density], 3.0);
  EXPECT_EQ(row[finish::phi2_with_start], 2.0 * 5.0);
  EXPECT_EQ(row[finish::action_with_start], 3.0 * 2.0);
  std::vector<double> rows;
  for (int i = 0; i < 100; ++i) rows.insert(rows.end(), row.begin(), row.end());
  const auto sums = FinishRecording(4).sums(0, rows);
  EXPECT_EQ(sums[finish::phi2], 200.0);
  EXPECT_EQ(sums[finish::m2_squared], 100.0);
}

}  // namespace
}  // namespace scorefield
