#include "base/npy.h"

#include <gtest/gtest.h>

#include <cstring>

#include "test_support.h"

namespace scorefield {
namespace {

/// Headers of arrays in a file of this rank alone.
class Npy : public testing::Test {
 protected:
  /// An array of version 2 with this header and 0, 1, 2, ... behind it.
  std::filesystem::path file_of(const std::string& header, std::size_t numbers, std::size_t bytes_of_number = 8) const {
    std::string bytes = std::string("\x93NUMPY\x02\x00", 8) + std::string(4, '\0') + header;
    for (std::size_t i = 0; i < 4; ++i) bytes[8 + i] = static_cast<char>(header.size() >> 8 * i);
    for (std::size_t n = 0; n < numbers; ++n) {
      const auto wide = static_cast<double>(n);
      const auto narrow = static_cast<float>(n);
      std::string number(bytes_of_number, '\0');
      std::memcpy(number.data(), bytes_of_number == 8 ? static_cast<const void*>(&wide) : &narrow, bytes_of_number);
      bytes += number;
    }
    std::filesystem::path path = folder_ / ("array-" + std::to_string(test::world().rank()) + ".npy");
    test::write_bytes(path, bytes);
    return path;
  }
  static std::string header_with(const std::string& shape) {
    return "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }\n";
  }

  /// The shape that is read from a file of so many numbers.
  std::vector<std::uint64_t> shape_of(const std::string& header, std::size_t numbers) const {
    return NpyFile(file_of(header, numbers)).shape();
  }
  test::Caught refused(const std::string& header) const {
    return test::caught([&] { NpyFile(file_of(header, 6)); });
  }

  const test::SharedFolder folder_;
};

using Shape = std::vector<std::uint64_t>;

// However the dictionary is written: spaces or none, keys in any order, words that only look like a key.
TEST_F(Npy, Shapes) {
  EXPECT_EQ(shape_of(header_with("(2, 3)"), 6), (Shape{2, 3}));
  EXPECT_EQ(shape_of(header_with("(6,)"), 6), (Shape{6}));
  EXPECT_EQ(shape_of(header_with("(2,3,)"), 6), (Shape{2, 3}));
  EXPECT_EQ(shape_of(header_with("( 1\t,2 , 003\n)"), 6), (Shape{1, 2, 3}));
  EXPECT_EQ(shape_of(header_with("()"), 1), Shape());
  EXPECT_EQ(shape_of(header_with("(0, 5)"), 0), (Shape{0, 5}));
  EXPECT_EQ(shape_of("{'shape':(2,3),'fortran_order':False,'descr':'<f8'}", 6), (Shape{2, 3}));
  EXPECT_EQ(shape_of("{'names': 'shape', 'shape'  : (6,), 'fortran_order':\tFalse, 'descr': '<f8'}", 6), (Shape{6}));
}

TEST_F(Npy, Numbers) {
  std::vector<double> values(3);
  NpyFile(file_of(header_with("(2, 3)"), 6)).read(2, values);
  EXPECT_EQ(values, (std::vector<double>{2.0, 3.0, 4.0}));
  NpyFile(file_of("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)}", 6, 4)).read(3, values);
  EXPECT_EQ(values, (std::vector<double>{3.0, 4.0, 5.0}));
}

TEST_F(Npy, RefusesOtherArrays) {
  for (const char* shape : {"(,)", "(2 3)", "(-6,)", "(6.0,)", "(0000000000000000006,)", "6", "(6", "('6',)", "", "(6,,)", "[6]"}) {
    const test::Caught error = refused(header_with(shape));
    EXPECT_EQ(error.code, ExitCode::bad_input) << shape;
    EXPECT_NE(error.message.find("holds an array that is not read here ({'descr'"), std::string::npos) << error.message;
  }
  for (const char* header :
       {"", "{'descr': '>f8', 'fortran_order': False, 'shape': (6,)}", "{'descr': '<f8', 'fortran_order': True, 'shape': (6,)}",
        "{'descr': <f8, 'fortran_order': False, 'shape': (6,)}", "{'fortran_order': False, 'shape': (6,), 'descr'"}) {
    EXPECT_NE(refused(header).message.find("holds an array that is not read here"), std::string::npos) << header;
  }
  EXPECT_NE(refused(header_with("(7,)")).message.find("is not as long as its header says"), std::string::npos);
}

// A header may be long: what it says of axes ends where numpy's own arrays end, and no length is too much for the reader.
TEST_F(Npy, ManyAxes) {
  const auto ones = [](std::size_t axes) {
    std::string shape = "(6";
    for (std::size_t i = 1; i < axes; ++i) shape += ",1";
    return header_with(shape + ")");
  };
  EXPECT_EQ(shape_of(ones(64), 6).size(), 64u);
  EXPECT_EQ(refused(ones(65)).code, ExitCode::bad_input);
  EXPECT_EQ(refused(ones(32000)).code, ExitCode::bad_input);
  const std::string blanks(65000, ' '), open(65000, '(');
  EXPECT_EQ(refused(header_with("(" + blanks + "7)")).code, ExitCode::bad_input);
  EXPECT_EQ(refused(header_with("'" + open + "'")).code, ExitCode::bad_input);
}

}  // namespace
}  // namespace scorefield
