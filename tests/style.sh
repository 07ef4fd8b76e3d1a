#!/usr/bin/env bash
# Layout (.clang-format) of all C++ files, and clang-tidy (.clang-tidy) on all that the release build compiles, with the headers of ours
# that they include. Any finding is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in clang-format clang-tidy; do
  command -v $tool >/dev/null || { echo "tests/style.sh: error: no $tool: jobscripts/setup.sh --develop installs it" >&2; exit 2; }
done

git ls-files -z '*.h' '*.cpp' | xargs -0 clang-format --dry-run -Werror
echo "clang-format: clean"

# Without headers that GCC has compiled.
cmake --preset release -B build/style -DSCOREFIELD_PRECOMPILE=OFF >build/style-configure.log 2>&1
start=$SECONDS
# What includes LibTorch takes longest and goes first. What clang-tidy says on stderr only counts warnings in headers of others.
grep -o '"file": "[^"]*' build/style/compile_commands.json | cut -d'"' -f4 | xargs grep -c torch:: | sort -t: -k2 -n -r | cut -d: -f1 |
  xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build/style 2>build/clang-tidy.log
echo "clang-tidy: clean, $((SECONDS - start)) s"
