#include "denoiser/feature_graph.h"

#include <utility>

#include "denoiser/graph_nodes.h"

namespace scorefield {
namespace {

/// Nodes by name: P(x) is x smoothed.
class Builder {
 public:
  explicit Builder(int order) : order_(order) {}

  void input(const std::string& name, FeatureNode::Kind kind, bool feature) { nodes_.push_back({kind, 0, 0, 1, feature, feature, name}); }
  /// name = a b, a feature or only a step towards one.
  void product(const std::string& name, const std::string& a, const std::string& b, bool feature) {
    add({FeatureNode::Kind::product, find(a), find(b), 0, feature, feature, name});
  }
  void smooth(const std::string& name, const std::string& a) { add({FeatureNode::Kind::smooth, find(a), find(a), 0, false, false, name}); }

  /// Without what is not used by any feature.
  std::vector<FeatureNode> take() const { return used_nodes(nodes_, FeatureNode::Kind::product); }

 private:
  std::size_t find(const std::string& name) const { return find_node(nodes_, name); }

  /// Nodes above the order, and what would be made of them, are left out.
  void add(FeatureNode node) {
    if (node.a == kNoNode || node.b == kNoNode) return;
    node.order = nodes_[node.a].order + (node.kind == FeatureNode::Kind::product ? nodes_[node.b].order : 0);
    if (node.order <= order_) nodes_.push_back(std::move(node));
  }

  int order_;
  std::vector<FeatureNode> nodes_;
};

std::vector<FeatureNode> symmetric_graph(int order) {
  Builder g(order);
  g.input("u", FeatureNode::Kind::fluctuation, false);
  g.product("u2", "u", "u", false);
  g.product("u3", "u2", "u", true);
  g.product("u5", "u3", "u2", true);
  g.product("u7", "u5", "u2", true);
  g.smooth("P(u2)", "u2");
  g.product("u P(u2)", "u", "P(u2)", true);
  g.product("u3 P(u2)", "u3", "P(u2)", true);
  g.product("u P(u2)^2", "u P(u2)", "P(u2)", true);
  g.smooth("P(u3)", "u3");
  g.product("u2 P(u3)", "u2", "P(u3)", true);
  g.product("P(u2) P(u3)", "P(u2)", "P(u3)", true);
  g.product("u P(u3)", "u", "P(u3)", false);
  g.product("u P(u3)^2", "u P(u3)", "P(u3)", true);
  g.smooth("P(u P(u3))", "u P(u3)");
  g.product("u P(u P(u3))", "u", "P(u P(u3))", true);
  g.smooth("P(u P(u2))", "u P(u2)");
  g.product("u2 P(u P(u2))", "u2", "P(u P(u2))", true);
  g.product("P(u2) P(u P(u2))", "P(u2)", "P(u P(u2))", true);
  g.smooth("P(u2 P(u3))", "u2 P(u3)");
  g.product("u2 P(u2 P(u3))", "u2", "P(u2 P(u3))", true);
  return g.take();
}

/// Odd under u -> -u, t -> -t. About a minimum the vertices are cubic, t u^2, and quartic, u^3. u itself is linear in each mode.
std::vector<FeatureNode> mixture_graph(int order) {
  Builder g(order);
  g.input("u", FeatureNode::Kind::fluctuation, false);
  g.input("t", FeatureNode::Kind::sign, false);
  g.product("t2", "t", "t", false);
  g.product("u t2", "t2", "u", true);
  g.product("u2", "u", "u", false);
  g.product("u3", "u2", "u", true);
  g.product("t u2", "u2", "t", true);
  g.product("t3 u2", "t u2", "t2", true);
  g.smooth("P(u2)", "u2");
  g.product("t P(u2)", "t", "P(u2)", true);
  g.product("u P(u2)", "u", "P(u2)", true);
  g.smooth("P(t u2)", "t u2");
  g.product("u P(t u2)", "u", "P(t u2)", false);
  g.product("t u P(t u2)", "u P(t u2)", "t", true);
  return g.take();
}

}  // namespace

std::vector<FeatureNode> feature_graph(bool mixture, int order) {
  if (order == 0) return {};
  return mixture ? mixture_graph(order) : symmetric_graph(order);
}

FeatureNodes features_of(const std::vector<FeatureNode>& graph) {
  FeatureNodes nodes;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    if (graph[i].feature) nodes.plain.push_back(i);
    if (graph[i].smoothed) nodes.smoothed.push_back(i);
  }
  return nodes;
}

std::vector<std::string> feature_names(const std::vector<FeatureNode>& graph) {
  const FeatureNodes nodes = features_of(graph);
  std::vector<std::string> names;
  for (const std::size_t i : nodes.plain) names.push_back(graph[i].name);
  for (const std::size_t i : nodes.smoothed) names.push_back("P(" + graph[i].name + ")");
  return names;
}

}  // namespace scorefield
