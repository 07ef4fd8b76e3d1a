#!/usr/bin/env bash
# From a fresh checkout to tables and figures, on this machine:
#
#   jobscripts/local.sh input/two-peak.ini [--section.key=value ...]
#
# Installs what is missing, builds, runs all stages of the deck with one rank a core, and writes the report.
# SCOREFIELD_RANKS sets the number of ranks.
set -euo pipefail
if [ $# -lt 1 ] || [ "$1" = --help ] || [ "$1" = -h ]; then
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2
  exit 2
fi
checkout=$(cd "$(dirname "$0")/.." && pwd)
deck=$1
if [ ! -f "$deck" ] && [ ! -f "$checkout/$deck" ]; then
  echo "local.sh: error: no deck $deck; there are: $(cd "$checkout" && echo input/*.ini)" >&2
  exit 2
fi
shift
[ ! -f "$deck" ] || deck=$(realpath "$deck")
cd "$checkout"
deck=${deck#"$checkout"/}

jobscripts/setup.sh
jobscripts/build.sh release scorefield
. jobscripts/environment.sh
if [ -t 1 ]; then export SCOREFIELD_PROGRESS=${SCOREFIELD_PROGRESS:-live}; fi

program=build/release/src/scorefield
checked=$($program check "$deck" "$@")  # a bad deck ends here, with its one line
output=$(sed -n 's/^check: the deck is good. Output folder: //p' <<<"$checked")
# Ctrl-C asks the run to stop at its next safe point: mpirun in a session of its own does not see it, and passes SIGUSR1 on.
setsid mpirun -n "${SCOREFIELD_RANKS:-$(cores)}" $program run "$deck" "$@" &
run=$!
trap 'echo "local.sh: stopping at the next safe point" >&2; kill -USR1 "$run"' INT TERM
wait "$run" || true
while kill -0 "$run" 2>/dev/null; do wait "$run" || true; done
status=0
wait "$run" || status=$?  # of the run itself: the waits above may have been cut short by a signal
trap - INT TERM
[ "$status" -eq 0 ] || exit "$status"
.venv/bin/scorefield-analysis report "$output"
