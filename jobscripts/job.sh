# Sourced by run.sbatch and scan.sbatch: how a deck runs in a SLURM job, is stopped before the job's time is over, and goes on in another.
# The program knows the end of the job (SLURM_JOB_END_TIME) and stops in time; SLURM's warning and a stop file end it likewise.

# What another start would meet again.
job_error() { given_up 2 "error: $1"; }

# Options in front of the deck, to `launcher`, `requeue`, `chained` and `device`; what is left, to `job_arguments`.
read_options() {
  launcher=mpirun requeue=yes device=()
  while [[ ${1:-} == --* ]]; do
    case $1 in
      --launcher=srun | --launcher=mpirun) launcher=${1#*=} ;;
      --gpu) device=(--run.device=cuda) ;;
      --no-requeue) requeue=no ;;
      --chained) requeue=no chained=yes ;;
      *) job_error "unknown option $1 in front of the deck; expected --launcher=srun or mpirun, --gpu, --no-requeue" ;;
    esac
    shift
  done
  job_arguments=("$@")
}

# To `deck`: where it is.
find_deck() {
  deck=$1
  [ -f "$deck" ] || [ ! -f "$checkout/$deck" ] || deck=$checkout/$deck
  [ -f "$deck" ] || job_error "no deck $deck in $PWD"
  [ -x "$program" ] || job_error "no $program; build it on a node like this one: jobscripts/build.sh release"
}

# [--section.key=value ...]: to `output` and `seed`, the folder and the seed of the deck with these keys, empty if it is none; to `said`, what
# `check` says. Its exit code: whether the deck can be run there.
read_deck() {
  local status=0
  said=$("$program" check "$deck" "$@" 2>&1) || status=$?
  output=$(sed -n 's/^check: the deck is good. Output folder: //p' <<<"$said")
  seed=$(sed -n 's/^seed = //p' <<<"$said")
  return "$status"
}

# STATUS: behind the program's own line.
refuse_deck() {
  grep '^scorefield: ' <<<"$said" >&2 || echo "$said" >&2
  given_up "$1" "the deck cannot be run"
}

# How far the deck is, in words.
progress() { "$program" status "$output" 2>/dev/null || true; }

# DECK [--section.key=value ...]: all stages on the ranks of the job, and the report. Exit code 85 if it is unfinished and is not queued again.
run_deck() {
  find_deck "$1"
  shift
  read_deck "$@" || refuse_deck $?
  [ -n "${SLURM_NTASKS:-}" ] || [ "${SLURM_JOB_NUM_NODES:-1}" = 1 ] || job_error "$SLURM_JOB_NUM_NODES nodes and no number of ranks; give sbatch --ntasks"
  local keys=("$@") ranks=${SLURM_NTASKS:-1} threads=() status=0 before
  [ -z "${SLURM_CPUS_PER_TASK:-}" ] || threads=("--run.threads=$SLURM_CPUS_PER_TASK")  # in front: the user's own keys win
  local command=("$program" run "$deck" "${device[@]}" "${threads[@]}" "${keys[@]}")
  case $launcher in
    # srun does not take over the cores of a task from sbatch
    srun) command=(srun "--mpi=${SCOREFIELD_SRUN_MPI:-pmix}" -n "$ranks" ${SLURM_CPUS_PER_TASK:+"--cpus-per-task=$SLURM_CPUS_PER_TASK"} "${command[@]}") ;;
    mpirun) command=(mpirun -n "$ranks" "${command[@]}") ;;
  esac
  echo "$job_name: job $SLURM_JOB_ID, start ${SLURM_RESTART_COUNT:-0}, ranks: $ranks, on ${SLURM_JOB_NODELIST:-this node}: ${command[*]}"
  before=$(progress)
  run_to_a_safe_point "${command[@]}" || status=$?
  case $status in
    0) complete ;;
    2 | 3 | 4) given_up "$status" "failed with exit code $status" ;;  # the program's own errors, which another start would meet again
    *) go_on "$status" "$before" ;;  # stopped (85), or ended by a signal or its launcher (which may say 1, as an internal error does)
  esac
}

# The command in the background; signals to this shell ask it to stop, SIGUSR1 reaching the ranks through mpirun or srun.
run_to_a_safe_point() {
  "$@" &
  run=$!
  [ "$stopping" = no ] || pass_on
  local status=0
  while true; do
    status=0
    wait "$run" || status=$?
    kill -0 "$run" 2>/dev/null || break
  done
  status=0
  wait "$run" || status=$?  # of the run itself: the wait before may have been cut short by a signal
  run=
  return "$status"
}

# Signals may come at any time, also before the run and behind it.
pass_on() {
  stopping=yes
  [ -n "$run" ] || return 0
  echo "$job_name: stopping at the next safe point" >&2
  kill -USR1 "$run" 2>/dev/null || true
}

# SIGTERM long before the end of the job is `scancel`.
terminated() {
  [ "$(($(date +%s) + 60))" -ge "${SLURM_JOB_END_TIME:-9999999999}" ] || cancelled=yes
  pass_on
}

complete() {
  cancel_rest
  "$checkout/.venv/bin/scorefield-analysis" report "$output"
  echo "$job_name: complete"
}

# Of the jobs that wait for this one in its chain.
cancel_rest() { [ "$chained" = no ] || scancel --state=PENDING --user="$(id -un)" --name="$SLURM_JOB_NAME" || true; }

given_up() {  # STATUS WHY
  echo "$job_name: $2" >&2
  cancel_rest
  exit "$1"
}

# An unfinished run: another start, unless it is not wanted or would get no further.
go_on() {  # STATUS PROGRESS-BEFORE
  local status=$1 before=$2
  if [ "$cancelled" = yes ]; then given_up "$status" "cancelled; submit it again to go on"; fi
  if tail -n 1 "$output/run.log" 2>/dev/null | grep -q 'stopped by the stop file'; then
    given_up "$status" "stopped by the stop file; submit it again to go on"
  fi
  if [ "$(progress)" = "$before" ] && [ "$status" = 85 ]; then
    given_up "$status" "not finished, and this job got no further than the one before: it needs a longer --time"
  elif [ "$(progress)" = "$before" ]; then
    given_up "$status" "ended with exit code $status and got no further than the job before; the lines above say why (or --time or --mem is too small)"
  fi
  if [ "$requeue" = yes ] && scontrol requeue "$own_id"; then
    echo "$job_name: not finished; this job is queued again"
  elif [ "$chained" = yes ]; then
    echo "$job_name: not finished; the next job of the chain goes on"
  else
    echo "$job_name: not finished; submit it again to go on"
  fi
  exit "$status"
}

run= stopping=no cancelled=no chained=no
own_id=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}  # the number alone may be that of a whole array
trap pass_on USR1
trap terminated TERM INT
program=$checkout/build/release/src/scorefield
# Older SLURMs do not tell a job when it ends.
if [ -z "${SLURM_JOB_END_TIME:-}" ]; then
  job_end=$(squeue -h -j "$own_id" -o %e || true)  # without it SLURM's warning ends the run in time
  [[ $job_end != [0-9]* ]] || export SLURM_JOB_END_TIME=$(date -d "$job_end" +%s)
fi
. "$checkout/jobscripts/environment.sh"
