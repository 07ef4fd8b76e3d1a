#!/usr/bin/env bash
# All tests: set-up, build, GoogleTest under mpirun at 1, 2 and 4 ranks (ctest), a real run, and pytest.
#
#   tests/run.sh          what continuous integration runs (wanted: under 25 minutes on 2 cores, from nothing; 19 to 31 were measured)
#   tests/run.sh --full   also the long checks (marked `full`; about an hour), the sanitizers and the style
#
# Each group has a budget in seconds; the time it took is printed beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
mark='not full'
full=no
case ${1:-} in
  '') ;;
  --full) mark='full or not full'; full=yes ;;
  *) echo "tests/run.sh: error: unknown option $1: expected --full or nothing" >&2; exit 2 ;;
esac

. jobscripts/environment.sh
export OMPI_MCA_mpi_yield_when_idle=${OMPI_MCA_mpi_yield_when_idle:-1}  # tests share the cores
# All ranks are on this machine: looking for networks takes half of a start.
export OMPI_MCA_pml=${OMPI_MCA_pml:-ob1} OMPI_MCA_btl=${OMPI_MCA_btl:-self,vader}

times=()
group() {  # NAME BUDGET COMMAND...
  local name=$1 budget=$2 start=$SECONDS
  shift 2
  echo "== $name"
  "$@"
  local took=$((SECONDS - start))
  times+=("$(printf '%-28s %5d s of %5d s%s' "$name" "$took" "$budget" "$([ "$took" -le "$budget" ] || echo '  OVER BUDGET')")")
}

unit_tests() { ctest --test-dir build/release --output-on-failure 2>&1 | tee build/ctest.log; }

# As many at a time as there are cores, each on one of them (conftest.py). A file's tests stay together.
python_tests() {
  .venv/bin/python -m pytest -q -p no:cacheprovider -n "$(cores)" --dist loadfile --durations=12 -m "$mark" tests/python 2>&1 | tee build/pytest.log
}

# One after the other: they share the node of their own SLURM.
job_tests() { .venv/bin/python -m pytest -q -p no:cacheprovider -m "$mark" tests/slurm 2>&1 | tee build/pytest-slurm.log; }

real_run() {
  rm -rf build/test-output
  mpirun -n 2 build/release/src/scorefield run input/two-peak-quick.ini --run.output=build/test-output
  local phase
  for phase in broken symmetric critical; do
    mpirun -n 2 build/release/src/scorefield run input/phi4-$phase-quick.ini --sample.samples=4000 --run.output=build/test-output/phi4-$phase
  done
  mpirun -n 2 build/release/src/scorefield run input/cl-quartic-quick.ini --measure.fokker-planck=no --run.output=build/test-output/cl-quartic
  mpirun -n 2 build/release/src/scorefield run input/cl-phi4-quick.ini --run.output=build/test-output/cl-phi4
}

packages=--test
[ $full = no ] || packages=--develop
group 'set-up' 240 jobscripts/setup.sh "$packages"
group 'build' 300 jobscripts/build.sh release
group 'unit tests at 1, 2, 4 ranks' 100 unit_tests
group 'runs of the quick decks' 150 real_run
export SCOREFIELD_TEST_OUTPUT=$PWD/build/test-output
group 'pytest' 500 python_tests
group 'jobs under SLURM' 200 job_tests
if [ $full = yes ]; then
  group 'sanitizers' 600 tests/sanitize.sh
  group 'style' 300 tests/style.sh
fi

echo "== times"
printf '%s\n' "${times[@]}"
echo "== summaries"
grep 'tests passed' build/ctest.log
tail -n 1 build/pytest.log
tail -n 1 build/pytest-slurm.log
over=$(printf '%s\n' "${times[@]}" | grep -c 'OVER BUDGET' || true)
echo "tests/run.sh: all of these tests passed; $over of ${#times[@]} groups took longer than planned"
