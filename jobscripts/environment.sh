# Sourced by the other scripts: settings that MPI and OpenMP need here, and the number of ranks.
# Yours, where set, are kept.

# Open MPI refuses root (containers) unless told twice.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
# Waiting threads should not take cores from working ones.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
# Without this Open MPI binds rank r of every job to core r.
export OMPI_MCA_hwloc_base_binding_policy=${OMPI_MCA_hwloc_base_binding_policy:-none}

cores() { nproc 2>/dev/null || getconf _NPROCESSORS_ONLN; }
