#!/usr/bin/env bash
# The C++ tests and a short run of the executable, built with the address and undefined-behaviour sanitizers, leaks included.
# First every fault of tests/sanitizers/planted.cpp, which must be caught.
#
#   tests/sanitize.sh     one line for each run; exit code 1 if anything was found, or a planted fault was not; three minutes after
#                         the build
set -euo pipefail
cd "$(dirname "$0")/.."
. jobscripts/environment.sh
jobscripts/build.sh asan

# Whole stacks of every allocation, slow as they are: leaks.supp names functions far up.
export ASAN_OPTIONS=detect_leaks=1:fast_unwind_on_malloc=0:detect_stack_use_after_return=1:strict_string_checks=1
export LSAN_OPTIONS=suppressions=$PWD/tests/sanitizers/leaks.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1
export OMP_NUM_THREADS=2
export LD_LIBRARY_PATH=$PWD/build/asan/src  # the sanitizer's own dlopen knows nothing of an executable's run path
programs=build/asan/tests
logs=build/sanitize
rm -rf "$logs"
mkdir -p "$logs"
wrong=0

line() { printf '%-34s %4d s  %s\n' "$1" $((SECONDS - start)) "$2"; }

caught() {  # FAULT WORDS: the planted fault ends the program with these words
  local log=$logs/planted-$1.log start=$SECONDS
  if mpirun -n 1 $programs/scorefield_planted "$1" >"$log" 2>&1 || ! grep -q "$2" "$log"; then
    line "planted $1" "NOT CAUGHT ($log)"
    wrong=1
  else
    line "planted $1" caught
  fi
}

clean() {  # NAME RANKS COMMAND...
  local name=$1 ranks=$2 start=$SECONDS
  shift 2
  local log=$logs/$name-$ranks.log
  if mpirun -n "$ranks" "$@" >"$log" 2>&1; then
    line "$name, $ranks rank(s)" clean
  else
    line "$name, $ranks rank(s)" "FAILED ($log)"
    grep -m1 -A12 -E 'runtime error|ERROR: |Assertion|FAILED|scorefield: error' "$log" || tail -n 20 "$log"
    wrong=1
  fi
}

caught heap-overrun 'AddressSanitizer: heap-buffer-overflow'
caught use-after-free 'AddressSanitizer: heap-use-after-free'
caught leak 'in leak .*planted.cpp'
caught signed-overflow 'runtime error: signed integer overflow'
caught wide-shift 'runtime error: shift exponent'
caught misaligned 'runtime error: load of misaligned address'
caught float-to-int 'runtime error: .* is outside the range'
caught span-overrun "Assertion '__idx < size()' failed"
clean planted-none 1 $programs/scorefield_planted none
# Without the tests of statistics that take most of the time, for code that others run.
statistics=Samplers.StepsInTime:Samplers.StochasticCumulants:PlaneRecorder.LawOfTheForwardProcess:ComplexLangevin.FreeFieldModeByMode
statistics+=:Walkers.ShorterStepsSampleTheSame:Walkers.SampleTheQuarticModel
for ranks in 1 2; do
  clean unit $ranks $programs/scorefield_unit "--gtest_filter=-$statistics"
  clean unit-torch $ranks $programs/scorefield_unit_torch
done
clean two-peak 2 build/asan/src/scorefield run input/two-peak-quick.ini --run.output=$logs/output \
  --measure.bins=50 --generate.samples=10000 --sample.samples=10000 --train.steps=30 --train.warmup=3
# Lattices that wrap and that do not, ghosts of other ranks, all algorithms, measured; small ones, for the checks are slow.
lattice="tests/python/broken-phase.ini --generate.samples=40 --generate.chains=4 --generate.thermalisation=10 --generate.separation=1"
clean hmc 2 build/asan/src/scorefield run $lattice --lattice.size=12,16 --run.output=$logs/hmc
clean rows 2 build/asan/src/scorefield run $lattice --lattice.size=7,9 --lattice.process-grid=1,2,1 --generate.flip=yes --run.output=$logs/rows
clean corrected 2 build/asan/src/scorefield run $lattice --lattice.size=6,8 --lattice.process-grid=1,1,2 --generate.acceleration=1 \
  --generate.algorithm=langevin-corrected --generate.cluster=1 --run.output=$logs/corrected
clean langevin 1 build/asan/src/scorefield run $lattice --lattice.size=5,32 --generate.algorithm=langevin --generate.cluster=0 \
  --generate.scheme=second-order --generate.step=0.02 --run.output=$logs/langevin
# A score model of fields: reference, features and a network, sampled and finished.
clean field-score 2 build/asan/src/scorefield run input/phi4-broken-quick.ini --lattice.size=6,8 --generate.samples=400 --generate.thermalisation=10 \
  --generate.separation=1 --train.levels=5 --train.per-level=64 --train.validation=16 --train.calibration=64 --network.kind=unet \
  --network.channels=4,4 --train.steps=3 --train.warmup=1 --train.batch=16 --sample.samples=130 --sample.steps=4 --sample.finish=3 \
  --run.output=$logs/field-score
# Complex Langevin: walkers with the Fokker-Planck equation, fields of two and of four components.
clean quartic 2 build/asan/src/scorefield run input/quartic.ini --generate.samples=20000 --generate.thermalisation=2 --measure.bins=16 \
  --run.output=$logs/quartic
clean complex-phi4 2 build/asan/src/scorefield run input/complex-phi4.ini --generate.samples=100 --generate.chains=4 --generate.thermalisation=2 \
  --lattice.size=7,9 --lattice.process-grid=1,2,1 --run.output=$logs/complex-phi4
clean bose-gas 1 build/asan/src/scorefield run input/bose-gas.ini --generate.samples=100 --generate.chains=4 --generate.thermalisation=2 \
  --generate.largest-drift=0.05 --run.output=$logs/bose-gas
exit $wrong
