# LibTorch from the folder of a pip wheel (SCOREFIELD_WHEEL), without its CMake files: TORCH_INCLUDE_DIRS, TORCH_LIBRARIES, TORCH_INSTALL_PREFIX,
# Torch_VERSION.
set(TORCH_INSTALL_PREFIX ${SCOREFIELD_WHEEL})
set(TORCH_INCLUDE_DIRS ${SCOREFIELD_WHEEL}/include ${SCOREFIELD_WHEEL}/include/torch/csrc/api/include)
set(TORCH_LIBRARIES "")
foreach(name torch torch_cpu c10)
  add_library(wheel_${name} SHARED IMPORTED)
  set_target_properties(wheel_${name} PROPERTIES IMPORTED_LOCATION ${SCOREFIELD_WHEEL}/lib/lib${name}.so)
  list(APPEND TORCH_LIBRARIES wheel_${name})
endforeach()
file(STRINGS ${SCOREFIELD_WHEEL}/version.py line REGEX "^__version__")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" Torch_VERSION "${line}")
set(Torch_FOUND TRUE)
