#include "denoiser/field_model.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/pending_file.h"
#include "denoiser/component_graph.h"
#include "denoiser/reference_tally.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr FieldShape kShape{4, 6};
constexpr std::size_t kSites = 24, kLevels = 3;
constexpr int kOrder = 3;

/// Of a real field, or of two complex ones that turn into each other.
FieldReference some_reference(bool components) {
  if (!components) return {kShape, 0.0, std::vector<double>(kSites, 2.0), {{{0.5, 1.0, 0.7}, {0.5, 2.0, 0.3}}}};
  ModeMatrix::Values unit(16);
  for (std::size_t i = 0; i < 4; ++i) unit[5 * i] = 1.0 + 0.1 * static_cast<double>(i);
  return component_reference(kShape, 4, true, std::vector<ModeMatrix::Values>(ModeOrbits(kShape, true).count(), unit));
}

std::vector<std::vector<double>> some_rows(std::size_t rows, std::size_t width) {
  std::vector<std::vector<double>> all;
  for (std::size_t i = 0; i < rows; ++i) all.push_back(test::some_normals(width, 7 + i));
  return all;
}

FieldModel some_model(bool components) {
  FieldModel model{some_reference(components), {}};
  const std::size_t features =
      components ? 2 * component_feature_names(component_graph(2, kOrder)).size() : feature_names(feature_graph(false, kOrder)).size();
  const std::size_t linear = numbers_of_linear(model.reference);
  model.fit = {kOrder,
               3.0,
               model.reference.widest(),
               {0.1, 1.0, 10.0},
               {1.0, 0.5, 0.2},
               {4.0, 4.0, 4.0},
               {2.0, 2.0, 2.0},
               some_rows(kLevels, features),
               some_rows(kLevels, linear),
               some_rows(kLevels, kZeroFunctions)};
  model.calibration = LinearFit{model.fit.scale, {0.2, 2.0}, some_rows(2, linear), some_rows(2, kZeroFunctions)};
  return model;
}

NetworkParams no_network() {
  NetworkParams network;
  network.kind = "features";
  return network;
}

class FieldModelFile : public testing::Test {
 protected:
  std::filesystem::path written(const std::function<void(H5File&)>& write) const {
    std::filesystem::path path = folder_ / "model.h5";
    PendingFile pending(path, test::world());
    write(pending.file());
    pending.commit();
    return path;
  }

  const test::SharedFolder folder_;
};

// What is written is read again to the bit, and lies in the file by levels and sites.
TEST_F(FieldModelFile, ThereAndBack) {
  for (const bool components : {false, true}) {
    const FieldModel model = some_model(components);
    const H5File file = H5File::open(written([&](H5File& to) { write_field_model(to, model); }), test::world());
    EXPECT_EQ(arrays_of(read_field_model(file, kShape, no_network())), arrays_of(model));
    EXPECT_EQ(file.shape("/features/ratio"), (Shape{kLevels}));
    EXPECT_EQ(file.shape("/features/widest"), (Shape{1}));
    EXPECT_EQ(file.shape("/features/coefficient"), (Shape{kLevels, model.fit.coefficients[0].size()}));
    EXPECT_EQ(file.shape("/features/zero"), (Shape{kLevels, kZeroFunctions}));
    EXPECT_EQ(file.shape("/features/linear"), components ? (Shape{kLevels, 32, 4, 6}) : (Shape{kLevels, 4, 6}));
    EXPECT_EQ(file.shape("/calibration/linear"), components ? (Shape{2, 32, 4, 6}) : (Shape{2, 4, 6}));
    EXPECT_EQ(file.shape("/calibration/zero"), (Shape{2, kZeroFunctions}));
    EXPECT_EQ(file.shape("/reference/zero"), (Shape{components ? 1u : 2u, 3}));
    EXPECT_EQ(file.shape("/reference/magnetisation"), (Shape{1}));
    EXPECT_EQ(file.shape(components ? "/reference/covariance" : "/reference/spectrum"), components ? (Shape{32, 4, 6}) : (Shape{4, 6}));
  }
}

// An order of features that no deck can ask for is refused before a graph is made of it, which would fill the memory.
TEST_F(FieldModelFile, RefusesOtherOrders) {
  const FieldModel model = some_model(true);
  for (const std::int64_t order : {std::int64_t{-1}, std::int64_t{8}, std::int64_t{1000000}, (std::int64_t{1} << 32) + kOrder}) {
    const std::filesystem::path path = written([&](H5File& file) {
      for (const auto& [name, values] : arrays_of(model)) {
        std::string place = "/" + name;
        place[place.find('_')] = '/';
        file.write_all(place, {values.size()}, values);
      }
      file.set_attribute("/features", "order", order);
    });
    const H5File file = H5File::open(path, test::world());
    const test::Caught error = test::caught([&] { read_field_model(file, kShape, no_network()); });
    EXPECT_TRUE(error.agreed);
    EXPECT_EQ(error.code, ExitCode::bad_input);
    EXPECT_NE(error.message.find(path.string() + " has features of order " + std::to_string(order)), std::string::npos) << error.message;
  }
}

}  // namespace
}  // namespace scorefield
