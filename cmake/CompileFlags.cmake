# -ffp-contract=off and no -ffast-math: vector and scalar loops then round alike, which is what makes
# ensembles the same to the bit over ranks and threads (doc/numerics.md). Fused multiply-adds that matter
# are written as std::fma.
add_library(scorefield_flags INTERFACE)
target_compile_options(scorefield_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
  -ffp-contract=off -fno-math-errno -fno-trapping-math)
if(SCOREFIELD_ARCH)
  target_compile_options(scorefield_flags INTERFACE -march=${SCOREFIELD_ARCH})
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(-mprefer-vector-width=512 SCOREFIELD_WIDE_VECTORS)  # x86 only
  if(SCOREFIELD_WIDE_VECTORS)
    target_compile_options(scorefield_flags INTERFACE -mprefer-vector-width=512)
  endif()
endif()
if(SCOREFIELD_SANITIZE)  # a finding ends the program, and so does an index past the end of a vector or span
  target_compile_options(scorefield_flags INTERFACE -fsanitize=${SCOREFIELD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_definitions(scorefield_flags INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(scorefield_flags INTERFACE -fsanitize=${SCOREFIELD_SANITIZE})
  add_library(scorefield_keep_open OBJECT ${CMAKE_SOURCE_DIR}/tests/sanitizers/keep_open.cpp)
  target_link_libraries(scorefield_flags INTERFACE $<TARGET_OBJECTS:scorefield_keep_open>)
endif()
target_include_directories(scorefield_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
