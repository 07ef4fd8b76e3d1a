#!/usr/bin/env bash
# From a fresh checkout to tables and figures, on this machine:
#
#   jobscripts/local.sh input/two-peak.ini [--section.key=value ...]
#
# Installs what is missing, builds, runs all stages of the deck with one rank a core, and writes the report.
# SCOREFIELD_RANKS sets the number of ranks.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ $# -lt 1 ] || [ "$1" = --help ] || [ "$1" = -h ]; then
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
  exit 2
fi
deck=$1
if [ ! -f "$deck" ]; then
  echo "local.sh: error: no deck $deck; there are: $(echo input/*.ini)" >&2
  exit 2
fi

jobscripts/setup.sh
jobscripts/build.sh release scorefield
. jobscripts/environment.sh
if [ -t 1 ]; then export SCOREFIELD_PROGRESS=${SCOREFIELD_PROGRESS:-live}; fi

output=out/$(basename "$deck" .ini)
for argument in "$@"; do
  case $argument in --run.output=*) output=${argument#--run.output=} ;; esac
done
mpirun -n "${SCOREFIELD_RANKS:-$(cores)}" build/release/src/scorefield run "$@"
.venv/bin/scorefield-analysis report "$output"
