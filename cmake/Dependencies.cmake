# Every dependency by find_package; what is missing is named with the package that brings it.

macro(scorefield_require name debian)
  find_package(${name} ${ARGN})
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR "scorefield needs ${name} (${ARGN}). "
      "Debian or Ubuntu: apt-get install ${debian}. "
      "On a cluster: load its module, or add its folder to CMAKE_PREFIX_PATH.")
  endif()
endmacro()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})  # as precompiled headers need
endif()

set(MPI_CXX_SKIP_MPICXX ON)
set(HDF5_PREFER_PARALLEL ON)
enable_language(C)
scorefield_require(MPI "libopenmpi-dev openmpi-bin" QUIET COMPONENTS CXX)
scorefield_require(OpenMP "libgomp1 (comes with g++)" QUIET COMPONENTS CXX)
scorefield_require(HDF5 libhdf5-openmpi-dev QUIET COMPONENTS C)
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "The HDF5 found (${HDF5_INCLUDE_DIRS}) was built without MPI. "
    "Debian or Ubuntu: apt-get install libhdf5-openmpi-dev. "
    "On a cluster: load the parallel HDF5 module, or set HDF5_ROOT.")
endif()
scorefield_require(Boost "libboost-dev libboost-program-options-dev" QUIET COMPONENTS program_options)
scorefield_require(Eigen3 libeigen3-dev QUIET NO_MODULE)

# LibTorch: the user's own (Torch_DIR, CMAKE_PREFIX_PATH), else the wheel in .venv of this checkout.
set(SCOREFIELD_OWN_TORCH FALSE)
if(Torch_DIR OR DEFINED ENV{Torch_DIR} OR "${CMAKE_PREFIX_PATH} $ENV{CMAKE_PREFIX_PATH}" MATCHES "torch")
  set(SCOREFIELD_OWN_TORCH TRUE)
endif()
file(GLOB SCOREFIELD_WHEEL ${CMAKE_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch)
find_program(SCOREFIELD_NVCC nvcc)
if(NOT SCOREFIELD_OWN_TORCH AND SCOREFIELD_WHEEL AND EXISTS "${SCOREFIELD_WHEEL}/lib/libtorch_cuda.so" AND NOT SCOREFIELD_NVCC)
  # A wheel built for CUDA on a machine without CUDA's compiler: its CMake files would refuse, but its libraries work.
  include(TorchWheel)
else()
  if(NOT SCOREFIELD_OWN_TORCH AND SCOREFIELD_WHEEL)
    list(APPEND CMAKE_PREFIX_PATH ${SCOREFIELD_WHEEL}/share/cmake)
  endif()
  find_package(Torch QUIET)
endif()
if(NOT Torch_FOUND)
  message(FATAL_ERROR "scorefield needs LibTorch 2.1 or newer. jobscripts/setup.sh installs it from "
    "the pip wheel; or set Torch_DIR to <libtorch>/share/cmake/Torch.")
endif()
if(Torch_VERSION VERSION_LESS 2.1)
  message(FATAL_ERROR "LibTorch ${Torch_VERSION} is too old: scorefield needs 2.1 or newer.")
endif()

if(SCOREFIELD_TESTS)
  find_path(RANDOM123_INCLUDE_DIR Random123/philox.h)
  if(NOT RANDOM123_INCLUDE_DIR)
    message(FATAL_ERROR "the tests need Random123 (Random123/philox.h); -DSCOREFIELD_TESTS=OFF builds without. "
      "Debian or Ubuntu: apt-get install librandom123-dev. Elsewhere: set RANDOM123_INCLUDE_DIR.")
  endif()
  add_library(random123 INTERFACE)
  target_include_directories(random123 SYSTEM INTERFACE ${RANDOM123_INCLUDE_DIR})
  scorefield_require(GTest "libgtest-dev libgmock-dev" QUIET)
  find_package(benchmark QUIET)  # for tests/bench only; without it scorefield_bench is not built
endif()

message(STATUS "MPI ${MPI_CXX_VERSION}, HDF5 ${HDF5_VERSION} (parallel), Boost ${Boost_VERSION}, Eigen ${Eigen3_VERSION}, LibTorch ${Torch_VERSION}")
