#!/usr/bin/env bash
# A deck that takes longer than one job may: a chain of SLURM jobs, each going on where the one before was cut, where jobs may not be queued again.
#
#   jobscripts/chain.sh JOBS [options of sbatch --] [options of run.sbatch] DECK [--section.key=value ...]
#
#   jobscripts/chain.sh 7 --ntasks=64 --time=24:00:00 -- input/phi4-broken.ini
#
# All are submitted at once, each to begin when the one before it has ended unfinished. The first that completes the deck ends the chain: those
# behind are cancelled; so they are after an error that another job would meet again, or if a job got no further than the one before. Prints
# the numbers of the jobs; their logs are scorefield-chain-...-JOB.log. With --hold among the options the jobs wait for you to release them.
set -euo pipefail
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; }
case ${1:-} in
  --help | -h) usage && exit 0 ;;
  "") usage >&2 && exit 2 ;;
esac
if [[ ! $1 =~ ^[1-9][0-9]*$ ]]; then
  echo "chain.sh: error: $1: give the number of jobs, 1 or more, in front" >&2
  exit 2
fi
jobs=$1
shift
options=() own_hold=no
for argument in "$@"; do
  [ "$argument" = -- ] || continue
  while [ "$1" != -- ]; do
    case $1 in --hold | -H) own_hold=yes ;; esac
    options+=("$1")
    shift
  done
  shift
  break
done
if [ $# -eq 0 ]; then
  echo "chain.sh: error: no deck; jobscripts/chain.sh $jobs [options of sbatch --] DECK" >&2
  exit 2
fi
script=$(cd "$(dirname "$0")" && pwd)/run.sbatch
name=scorefield-chain-$(date +%s)-$$  # of this chain alone: a failing job cancels by it those that wait
begin() {
  "${release[@]}" && return
  echo "chain.sh: error: the first job is still held; release job $first yourself: ${release[*]}" >&2
  exit 1
}
previous=
for ((i = 0; i < jobs; ++i)); do
  after=(--hold)  # the first, until all are there: what it cancels at its end must not be still on the way
  [ -z "$previous" ] || after=("--dependency=afternotok:$previous" --kill-on-invalid-dep=yes)
  answer=$(sbatch --parsable "${options[@]}" --job-name="$name" --no-requeue "${after[@]}" "$script" --chained "$@")
  previous=${answer%%;*}  # on another cluster: number;cluster
  echo "$previous"
  if [ "$i" -eq 0 ] && [ $own_hold = no ]; then
    first=$previous release=(scontrol release "$previous")
    [ "$answer" = "$first" ] || release=(scontrol -M "${answer#*;}" release "$first")
    trap begin EXIT
  fi
done
