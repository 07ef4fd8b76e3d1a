#!/usr/bin/env bash
# From a fresh checkout to tables and figures, on this machine:
#
#   jobscripts/local.sh input/two-peak.ini [--section.key=value ...]
#
# Installs what is missing, builds, runs all stages of the deck with one rank a core, and writes the report.
# The deck, and relative paths in it, are those of the folder you are in. SCOREFIELD_RANKS sets the number of ranks.
# Ctrl-C, SIGTERM, SIGHUP and SIGUSR1 stop the run at its next safe point; the same command goes on.
set -euo pipefail
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; }
case ${1:-} in
  --help | -h) usage && exit 0 ;;
  "") usage >&2 && exit 2 ;;
esac
checkout=$(cd "$(dirname "$0")/.." && pwd)
deck=$1
shift
[ -f "$deck" ] || [ ! -f "$checkout/$deck" ] || deck=$checkout/$deck
if [ ! -f "$deck" ]; then
  echo "local.sh: error: no deck $deck; there are: $(cd "$checkout" && echo input/*.ini)" >&2
  exit 2
fi
if [[ ! ${SCOREFIELD_RANKS:-1} =~ ^[1-9][0-9]*$ ]]; then
  echo "local.sh: error: SCOREFIELD_RANKS=$SCOREFIELD_RANKS: give the number of ranks, 1 or more" >&2
  exit 2
fi

"$checkout/jobscripts/setup.sh"
"$checkout/jobscripts/build.sh" release scorefield
. "$checkout/jobscripts/environment.sh"
if [ -t 1 ]; then export SCOREFIELD_PROGRESS=${SCOREFIELD_PROGRESS:-live}; fi

program=$checkout/build/release/src/scorefield
checked=$("$program" check "$deck" "$@")  # a bad deck ends here, with its one line
output=$(sed -n 's/^check: the deck is good. Output folder: //p' <<<"$checked")
# Ctrl-C asks the run to stop at its next safe point: mpirun in a session of its own does not see it, and passes SIGUSR1 on.
setsid mpirun -n "${SCOREFIELD_RANKS:-$(cores)}" "$program" run "$deck" "$@" &
run=$!
trap 'kill -USR1 "$run" 2>/dev/null && echo "local.sh: stopping at the next safe point" >&2 || true' INT TERM HUP USR1  # it may have ended
wait "$run" || true
while kill -0 "$run" 2>/dev/null; do wait "$run" || true; done
status=0
wait "$run" || status=$?  # of the run itself: the waits above may have been cut short by a signal
trap - INT TERM HUP USR1
[ "$status" -eq 0 ] || exit "$status"
"$checkout/.venv/bin/scorefield-analysis" report "$output"
echo "local.sh: complete; the report is $output/report/report.md (scorefield in this shell: . $checkout/jobscripts/environment.sh)"
