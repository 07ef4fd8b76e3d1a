#!/usr/bin/env bash
# Configures and builds one preset (release by default). Says what it does only when there is something to do.
#
#   jobscripts/build.sh [release|debug|asan|coverage|fuzz] [TARGET ...]
#
# SCOREFIELD_CMAKE holds further options of CMake for the first configuration, such as -DSCOREFIELD_TESTS=OFF.
set -euo pipefail
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; }
case ${1:-} in
  --help | -h) usage && exit 0 ;;
  -*) echo "build: error: unknown option $1: expected a preset, --help or nothing" >&2 && exit 2 ;;
esac
cd "$(dirname "$0")/.."
preset=${1:-release}
[ $# -eq 0 ] || shift
folder=build/$preset
log=build/$preset-build.log
mkdir -p build

if [ ! -f "$folder/build.ninja" ]; then
  echo "build: configuring $folder"
  if ! cmake --preset "$preset" ${SCOREFIELD_CMAKE:-} >"$log" 2>&1; then
    grep -A6 'CMake Error' "$log" >&2 || tail -n 20 "$log" >&2
    echo "build: error: configuring failed; the whole output is in $log" >&2
    exit 2
  fi
fi
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
if [ "$(ninja -C "$folder" -n "$@" 2>/dev/null | tail -n 1)" = "ninja: no work to do." ]; then exit 0; fi
echo "build: compiling in $folder (a few minutes the first time)"
start=$SECONDS
set +o pipefail
NINJA_STATUS='[%f/%t %es] ' cmake --build "$folder" "${targets[@]}" 2>&1 | tee "$log" |
  awk '/^\[/ { split($1, a, /[\[\/]/); if (a[2] - shown >= 10) { print "build: " $1 " " $2; fflush(); shown = a[2] } }'
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
  grep -B2 -A12 -E 'error|FAILED' "$log" | head -n 60 >&2
  echo "build: error: compiling failed; the whole output is in $log" >&2
  exit 2
fi
echo "build: done in $((SECONDS - start)) s"
