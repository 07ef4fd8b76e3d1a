# Headers of others that most sources include are read once, and small libraries of sources with the same large headers are compiled together:
# two thirds of the time of a build. Nothing but time depends on it: sources include what they need, which the builds without it see to
# (SCOREFIELD_PRECOMPILE=OFF: the sanitizers, the fuzzers and clang-tidy).
set(SCOREFIELD_STANDARD_HEADERS <algorithm> <array> <cmath> <complex> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span>
  <sstream> <string> <vector> <mpi.h>)

# scorefield_precompile(TARGET [AS OTHER] [HEADERS ...]): the headers above and HEADERS, or what OTHER has of them.
function(scorefield_precompile target)
  cmake_parse_arguments(ARG "" "AS" "HEADERS" ${ARGN})
  if(NOT SCOREFIELD_PRECOMPILE)
    return()
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)  # for ccache
  endif()
  if(ARG_AS)
    target_precompile_headers(${target} REUSE_FROM ${ARG_AS})
  else()
    target_precompile_headers(${target} PRIVATE ${SCOREFIELD_STANDARD_HEADERS} ${ARG_HEADERS})
  endif()
endfunction()

# All sources of the target at once.
function(scorefield_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${SCOREFIELD_PRECOMPILE} UNITY_BUILD_BATCH_SIZE 0)
endfunction()
