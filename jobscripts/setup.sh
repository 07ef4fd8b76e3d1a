#!/usr/bin/env bash
# Installs what scorefield needs and is not there yet, step by step, and says so.
#
#   jobscripts/setup.sh            everything for running the program and its analysis
#   jobscripts/setup.sh --test     also SLURM, which the tests of the job scripts start for themselves
#   jobscripts/setup.sh --develop  that, and what tests/run.sh --full, tests/style.sh, tests/fuzz/run.sh and tests/coverage.sh need
#
# What it does, each step skipped when there is nothing to do:
#   1. system packages (Debian or Ubuntu, as root or with password-free sudo). On any other system,
#      or without the right to install, it goes on: CMake then names what it misses;
#   2. a Python virtual environment in .venv of this checkout;
#   3. LibTorch from the pip wheel, unless Torch_DIR or CMAKE_PREFIX_PATH leads to your own;
#   4. the analysis package with its dependencies.
# Settings (environment): SCOREFIELD_PYTHON (python3), SCOREFIELD_TORCH (torch==2.13.0),
# SCOREFIELD_NO_APT=1 (never touch system packages).
set -euo pipefail
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; }
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

packages=(g++ cmake ninja-build ccache pkg-config
  libopenmpi-dev openmpi-bin libhdf5-openmpi-dev
  libboost-dev libboost-program-options-dev libeigen3-dev librandom123-dev
  libgtest-dev libgmock-dev libbenchmark-dev)
scheduler=(slurm-wlm munge)
case ${1:-} in
  '') ;;
  --help | -h) usage && exit 0 ;;
  --test) packages+=("${scheduler[@]}") ;;
  --develop) packages+=("${scheduler[@]}" clang-format clang-tidy libomp-dev clang libclang-rt-dev gcovr
    texlive-latex-base texlive-latex-recommended) ;;  # libomp-dev: clang's own omp.h; it cannot read that of GCC; clang: the fuzzers; gcovr: coverage
  *) echo "set-up: error: unknown option $1: expected --test, --develop, --help or nothing" >&2; exit 2 ;;
esac
start=$SECONDS

say() { printf 'set-up [%3d s]: %s\n' $((SECONDS - start)) "$*"; }
fail() { printf 'set-up: error: %s\n' "$*" >&2; exit 2; }

as_root=()
can_install() {
  [ -z "${SCOREFIELD_NO_APT:-}" ] && command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] && return 0
  command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root=(sudo -n)
}

installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

install_packages() {  # PACKAGE...
  local missing=()
  for p in "$@"; do installed "$p" || missing+=("$p"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "1/4 system packages: ${missing[*]}"
  local log=build/setup-apt.log
  mkdir -p build
  "${as_root[@]}" apt-get update >"$log" 2>&1 || say "apt-get update failed (see $log); trying with the lists at hand"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
    fail "apt-get could not install: ${missing[*]} (see $log)"
}

python=${SCOREFIELD_PYTHON:-python3}
make_venv() {
  [ -x .venv/bin/python ] && return 0
  command -v "$python" >/dev/null || fail "no $python: install Python 3.10 or newer, or set SCOREFIELD_PYTHON"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    fail "$("$python" --version) is too old: Python 3.10 or newer is needed (set SCOREFIELD_PYTHON)"
  say "2/4 virtual environment .venv"
  if ! "$python" -c 'import ensurepip' 2>/dev/null && can_install; then
    install_packages python3-venv
  fi
  "$python" -m venv .venv || { rm -rf .venv; fail "could not make .venv: is the package python3-venv there?"; }
}

own_torch() { [ -n "${Torch_DIR:-}" ] || [[ "${CMAKE_PREFIX_PATH:-}" == *torch* ]]; }

install_torch() {
  if own_torch; then say "3/4 LibTorch: yours (${Torch_DIR:-$CMAKE_PREFIX_PATH})"; return 0; fi
  [ -n "$(compgen -G '.venv/lib/python3*/site-packages/torch/share/cmake/Torch')" ] && return 0
  local want=${SCOREFIELD_TORCH:-torch==2.13.0}
  say "3/4 LibTorch from the pip wheel $want (the largest download)"
  # The wheel's CPU build where pip can find it by its local version; else the plain one, which elsewhere may bring CUDA.
  .venv/bin/python -m pip install -q "$want+cpu" 2>/dev/null || .venv/bin/python -m pip install -q "$want" || fail "pip could not install $want; set Torch_DIR to your own LibTorch"
}

install_analysis() {
  local stamp=.venv/.scorefield-analysis
  [ "$stamp" -nt analysis/pyproject.toml ] && return 0
  say "4/4 analysis package scorefield_analysis and its dependencies"
  .venv/bin/python -m pip install -q -e 'analysis[test]' || fail "pip could not install the analysis package"
  touch "$stamp"
}

if can_install; then install_packages "${packages[@]}"; fi
make_venv
install_torch
install_analysis
if [ $((SECONDS - start)) -gt 3 ]; then say "done"; fi
