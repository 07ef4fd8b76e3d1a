#include "denoiser/component_graph.h"

#include <utility>

#include "denoiser/graph_nodes.h"

namespace scorefield {
namespace {

/// Nodes by name; X and Y are vectors, XX, XY and YY scalars, P(...) is smoothed.
class Builder {
 public:
  Builder(std::size_t fields, int order) : fields_(fields), order_(order) {}

  std::vector<ComponentNode> build() {
    using Kind = ComponentNode::Kind;
    add(Kind::real_part, "X", "", "");
    add(Kind::imaginary_part, "Y", "", "");
    const std::vector<std::string> scalars = {"XX", "XY", "YY"}, vectors = {"X", "Y"};
    for (const std::string& s : scalars) {
      add(Kind::contraction, s, s.substr(0, 1), s.substr(1, 1));
      add(Kind::smooth, smooth(s), s, s);
    }
    std::vector<std::string> local, cubic;
    for (const std::string& s : distinct(scalars)) {
      for (const std::string& v : vectors) {
        local.push_back(feature(s, v, true));
      }
    }
    cubic = local;
    for (const std::string& s : scalars) {
      for (const std::string& v : vectors) cubic.push_back(feature(smooth(s), v, true));
    }
    for (int order = 5; order <= order_; order += 2) local = raised(local, distinct(scalars));
    for (const std::string& c : cubic) {
      add(Kind::smooth, smooth(c), c, c);
      for (const std::string& s : scalars) {
        feature(s, smooth(c), false);
        if (c.front() != 'P') feature(smooth(s), c, false);
      }
    }
    return used_nodes(nodes_, ComponentNode::Kind::contraction);
  }

 private:
  static std::string smooth(const std::string& name) { return "P(" + name + ")"; }
  static std::string product(const std::string& scalar, const std::string& vector) { return scalar + " " + vector; }
  /// Of a single field XY X is XX Y, and XY Y is YY X.
  std::vector<std::string> distinct(const std::vector<std::string>& scalars) const {
    return fields_ == 1 ? std::vector<std::string>{scalars.front(), scalars.back()} : scalars;
  }

  std::size_t find(const std::string& name) const { return find_node(nodes_, name); }

  /// scalar times vector, unless it is above the order; its name.
  std::string feature(const std::string& scalar, const std::string& vector, bool smoothed) {
    std::string name = product(scalar, vector);
    add(ComponentNode::Kind::product, name, scalar, vector);
    if (nodes_.back().name == name) {
      nodes_.back().feature = true;
      nodes_.back().smoothed = smoothed;
    }
    return name;
  }

  /// Local monomials of two orders more, each once: their scalars ascend.
  std::vector<std::string> raised(const std::vector<std::string>& local, const std::vector<std::string>& scalars) {
    std::vector<std::string> higher;
    for (const std::string& c : local) {
      for (const std::string& s : scalars) {
        if (s <= c.substr(0, 2)) higher.push_back(feature(s, c, false));
      }
    }
    return higher;
  }

  /// Nodes above the order, and what would be made of them, are left out.
  void add(ComponentNode::Kind kind, const std::string& name, const std::string& a, const std::string& b) {
    using Kind = ComponentNode::Kind;
    ComponentNode node{kind, 0, 0, 1, true, false, false, name};
    if (kind >= Kind::contraction) {
      node.a = find(a);
      node.b = find(b);
      if (node.a == kNoNode || node.b == kNoNode) return;
      node.order = nodes_[node.a].order + (kind == Kind::smooth ? 0 : nodes_[node.b].order);
      node.vector = kind == Kind::product || (kind == Kind::smooth && nodes_[node.a].vector);
    }
    if (node.order <= order_) nodes_.push_back(std::move(node));
  }

  std::size_t fields_;
  int order_;
  std::vector<ComponentNode> nodes_;
};

}  // namespace

std::vector<ComponentNode> component_graph(std::size_t fields, int order) {
  if (order == 0) return {};
  return Builder(fields, order).build();
}

std::vector<std::string> component_feature_names(const std::vector<ComponentNode>& graph) {
  std::vector<std::string> names;
  for (const ComponentNode& node : graph) {
    if (node.feature) names.push_back(node.name);
  }
  for (const ComponentNode& node : graph) {
    if (node.smoothed) names.push_back("P(" + node.name + ")");
  }
  return names;
}

}  // namespace scorefield
