# Sourced by the other scripts: the PATH, settings that MPI and OpenMP need here, and the number of ranks.
# Yours, where set, are kept.

# Open MPI refuses root (containers) unless told twice.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
# Waiting threads should not take cores from working ones.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
# Without this Open MPI binds rank r of every job to core r.
export OMPI_MCA_hwloc_base_binding_policy=${OMPI_MCA_hwloc_base_binding_policy:-none}

# Open MPI counts cores, not hardware threads, as slots, and containers may show fewer than there are.
export OMPI_MCA_rmaps_base_oversubscribe=${OMPI_MCA_rmaps_base_oversubscribe:-1}
# The same two settings in the names of Open MPI 5.
export PRTE_MCA_rmaps_default_mapping_policy=${PRTE_MCA_rmaps_default_mapping_policy:-:oversubscribe}
export PRTE_MCA_hwloc_default_binding_policy=${PRTE_MCA_hwloc_default_binding_policy:-none}

# Physical cores this process may use.
cores() {
  local available physical
  available=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
  physical=$(lscpu -p=CORE,SOCKET 2>/dev/null | grep -v '^#' | sort -u | wc -l)
  if [ "$physical" -gt 0 ] && [ "$physical" -lt "$available" ]; then echo "$physical"; else echo "$available"; fi
}

# `scorefield` and `scorefield-analysis`, as built here, unless they are installed elsewhere.
_checkout=$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")/.." && pwd)
case ":$PATH:" in
  *":$_checkout/build/release/src:"*) ;;
  *) export PATH=$PATH:$_checkout/build/release/src:$_checkout/.venv/bin ;;
esac
unset _checkout
