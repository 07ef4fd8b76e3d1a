# Sourced by run.sbatch and scan.sbatch: how a deck runs in a SLURM job, is stopped before the job's time is over, and goes on in another.
# The program knows the end of the job (SLURM_JOB_END_TIME) and stops in time; a warning signal, scancel and a stop file end it likewise.

job_usage() { sed -n '2,/^#SBATCH/{/^#SBATCH/d;s/^# \{0,1\}//;p}' "$checkout/jobscripts/$1"; }

job_error() {
  echo "$job_name: error: $1" >&2
  exit 2
}

# Options in front of the deck, to `launcher`, `requeue`, `chained` and `device`; what is left, to `job_arguments`.
read_options() {
  launcher=mpirun requeue=yes chained=no device=()
  while [[ ${1:-} == --* ]]; do
    case $1 in
      --launcher=srun | --launcher=mpirun) launcher=${1#*=} ;;
      --gpu) device=(--run.device=cuda) ;;
      --no-requeue) requeue=no ;;
      --chained) requeue=no chained=yes ;;
      --help) job_usage "$job_name" && exit 0 ;;
      *) job_error "unknown option $1 in front of the deck; expected --launcher=srun or mpirun, --gpu, --no-requeue" ;;
    esac
    shift
  done
  job_arguments=("$@")
}

# DECK [--section.key=value ...]: all stages on the ranks of the job, and the report. Exit code 85 if it is unfinished and is not requeued.
run_deck() {
  local deck=$1 program=$checkout/build/release/src/scorefield
  shift
  [ -f "$deck" ] || [ ! -f "$checkout/$deck" ] || deck=$checkout/$deck
  [ -f "$deck" ] || job_error "no deck $deck in $PWD"
  [ -x "$program" ] || job_error "no $program; build it on a node like this one: jobscripts/build.sh release"
  local command=("$program" run "$deck" "${device[@]}" "$@") ranks=${SLURM_NTASKS:-1}
  [ -z "${SLURM_CPUS_PER_TASK:-}" ] || command+=("--run.threads=$SLURM_CPUS_PER_TASK")
  case $launcher in
    srun) command=(srun "--mpi=${SCOREFIELD_SRUN_MPI:-pmix}" -n "$ranks" "${command[@]}") ;;
    mpirun) command=(mpirun -n "$ranks" "${command[@]}") ;;
  esac
  echo "$job_name: job $SLURM_JOB_ID, start ${SLURM_RESTART_COUNT:-0}, $ranks ranks on ${SLURM_JOB_NODELIST:-this node}: ${command[*]}"
  local status=0
  run_to_a_safe_point "${command[@]}" || status=$?
  end_job "$status" "$deck" "$@"
}

# The command in the background; signals to this shell ask it to stop, SIGUSR1 reaching the ranks through mpirun or srun.
run_to_a_safe_point() {
  "$@" &
  local run=$! status=0
  trap 'echo "$job_name: stopping at the next safe point" >&2; kill -USR1 "$run" 2>/dev/null || true' USR1 TERM INT
  while true; do
    status=0
    wait "$run" || status=$?
    kill -0 "$run" 2>/dev/null || break
  done
  status=0
  wait "$run" || status=$?  # of the run itself: the wait before may have been cut short by a signal
  trap - USR1 TERM INT
  return "$status"
}

# What follows from the exit code.
end_job() {
  local status=$1 deck=$2
  shift 2
  if [ "$status" -eq 0 ]; then
    local output
    output=$("$checkout/build/release/src/scorefield" check "$deck" "$@" | sed -n 's/^check: the deck is good. Output folder: //p')
    "$checkout/.venv/bin/scorefield-analysis" report "$output"
    echo "$job_name: complete"
  elif [ "$status" -eq 85 ] && [ "$requeue" = yes ]; then
    echo "$job_name: not finished; this job is queued again"
    scontrol requeue "$SLURM_JOB_ID"
  elif [ "$status" -eq 85 ]; then
    echo "$job_name: not finished; the same job goes on"
  elif [ "$chained" = yes ]; then
    echo "$job_name: failed with exit code $status; the rest of the chain is cancelled" >&2
    scancel --state=PENDING --name="$SLURM_JOB_NAME" || true
  fi
  exit "$status"
}

# Older SLURMs do not tell a job when it ends.
if [ -z "${SLURM_JOB_END_TIME:-}" ]; then
  job_end=$(squeue -h -j "$SLURM_JOB_ID" -o %e)
  [[ $job_end != [0-9]* ]] || export SLURM_JOB_END_TIME=$(date -d "$job_end" +%s)
fi
. "$checkout/jobscripts/environment.sh"
