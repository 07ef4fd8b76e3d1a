#!/usr/bin/env bash
# Fuzzes what reads files of others: decks and command lines, numpy arrays, seals and checkpoints. libFuzzer, with the address and
# undefined-behaviour sanitizers.
#
#   tests/fuzz/run.sh [RUNS [NAME ...]]     1000000 inputs to each of deck, npy and seal; a finding ends it, with the input in build/fuzz
set -euo pipefail
cd "$(dirname "$0")/../.."
. jobscripts/environment.sh
runs=${1:-1000000}
[ $# -eq 0 ] || shift
names=("$@")
[ $# -gt 0 ] || names=(deck npy seal)
jobscripts/build.sh fuzz "${names[@]/#/fuzz_}"
export ASAN_OPTIONS=detect_leaks=0  # what MPI keeps to its end
for name in "${names[@]}"; do
  corpus=build/fuzz/corpus-$name
  mkdir -p "$corpus"
  .venv/bin/python tests/fuzz/seeds.py "$name" "$corpus"
  dictionary=()
  [ "$name" != deck ] || dictionary=("-dict=$corpus.dict")
  find build/fuzz -maxdepth 1 -name "found-$name-*" -exec mv -t "$corpus" {} +  # of earlier runs: tried first, as long as build/fuzz is kept
  echo "== fuzz $name: $runs inputs"
  status=0
  build/fuzz/tests/fuzz/fuzz_"$name" "$corpus" "${dictionary[@]}" "-runs=$runs" -max_len=16384 -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
    -artifact_prefix=build/fuzz/found-"$name"- >build/fuzz/"$name".log 2>&1 || status=$?
  grep -aE '^#[0-9]*	(pulse|DONE)|stat::|ERROR|SUMMARY|terminate|what\(\)|Test unit' build/fuzz/"$name".log || true
  if [ $status -ne 0 ]; then
    echo "fuzz: error: exit code $status after an input that is in $(compgen -G "build/fuzz/found-$name-*" || echo "no file: see build/fuzz/$name.log")" >&2
    exit 1
  fi
done
