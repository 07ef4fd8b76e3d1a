#!/usr/bin/env bash
# Which lines of src/ the tests reach: builds with gcov's counters, runs the unit tests and the Python tests, and reports the lines of each file
# that are reached, in build/coverage.txt; fails below 90 %. Needs the runs of the quick decks that tests/run.sh leaves in build/test-output.
#
#   tests/coverage.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. jobscripts/environment.sh
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader
least=90
command -v gcovr >/dev/null || { echo "tests/coverage.sh: error: no gcovr: jobscripts/setup.sh --develop installs it" >&2; exit 2; }
runs=$PWD/build/test-output
[ -f "$runs/cl-phi4/results.h5" ] || {  # the last that tests/run.sh makes
  echo "tests/coverage.sh: error: no cl-phi4/results.h5 in $runs, without which many tests do not run: tests/run.sh makes it" >&2
  exit 2
}
jobscripts/build.sh coverage
find build/coverage -name '*.gcda' -delete
for tests in scorefield_unit scorefield_unit_torch; do
  mpirun -n 2 build/coverage/tests/$tests >build/coverage-$tests.log 2>&1 || { tail -n 20 build/coverage-$tests.log >&2; exit 1; }
done
# With the counters some tests fail: those that run the program as another user, who may not write the counters' files, and those that wait for
# less than it takes now. What counts is what they reach. But all must have been found: with several workers a file that cannot be imported is exit code 1, too.
export SCOREFIELD_EXECUTABLE=$PWD/build/coverage/src/scorefield SCOREFIELD_TEST_OUTPUT=$runs
status=0
.venv/bin/python -m pytest -q -p no:cacheprovider -n "$(cores)" --dist loadfile -m 'not full' tests/python \
  >build/coverage-pytest.log 2>&1 || status=$?
if [ $status -gt 1 ] || grep -q '^ERROR [^ ]*\.py\( \|$\)' build/coverage-pytest.log; then
  tail -n 20 build/coverage-pytest.log >&2
  echo "tests/coverage.sh: error: pytest did not run all tests (exit code $status): build/coverage-pytest.log says why" >&2
  exit 1
fi
tail -n 1 build/coverage-pytest.log
gcovr --root . --filter src/ --object-directory build/coverage --gcov-ignore-parse-errors --exclude-throw-branches --fail-under-line $least \
  --txt build/coverage.txt --print-summary
