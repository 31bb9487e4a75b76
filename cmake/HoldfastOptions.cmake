# Options, warnings and instruments (sanitizers, coverage) that every target shares.
option(HF_FUZZ "Build the fuzzers (clang with libFuzzer, or AFL++) instead of tests and examples" OFF)
set(HF_FUZZ_ENGINE libfuzzer CACHE STRING "libfuzzer, or afl with afl-clang-fast as the compiler")
option(HF_COVERAGE "Count executed lines (gcov)" OFF)
set(HF_SANITIZE "" CACHE STRING "Sanitizers, such as address,undefined or thread; empty for none")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set_property(GLOBAL PROPERTY USE_FOLDERS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, RelWithDebInfo or Release" FORCE)
endif()
# A warning stops the developer's build, not the build of somebody who only installs, and not one
# with sanitizers, whose instrumentation makes gcc warn of what is not there.
if(PROJECT_IS_TOP_LEVEL AND CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT HF_SANITIZE)
  set(CMAKE_COMPILE_WARNING_AS_ERROR ON)
endif()

# C++ is needed by bench/ and by the check of the headers; the project builds without it.
if(DEFINED CMAKE_CXX_COMPILER AND NOT CMAKE_CXX_COMPILER)
  unset(CMAKE_CXX_COMPILER CACHE) # looked for in vain before; it may be installed by now
endif()
include(CheckLanguage)
if(NOT CMAKE_CROSSCOMPILING) # it would find this machine's
  check_language(CXX)
endif()
if(CMAKE_CXX_COMPILER)
  enable_language(CXX)
else()
  message(STATUS "left out: what needs a C++ compiler (benchmarks)")
endif()

add_library(holdfast_warnings INTERFACE)
target_compile_options(holdfast_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wpointer-arith -Wundef -Wvla
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wmissing-prototypes>
  $<$<C_COMPILER_ID:Clang>:-Wno-gnu-zero-variadic-macro-arguments;-Wno-gnu-statement-expression>)

add_library(holdfast_instruments INTERFACE)
if(HF_SANITIZE)
  target_compile_options(holdfast_instruments INTERFACE
    -fno-omit-frame-pointer -fsanitize=${HF_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(holdfast_instruments INTERFACE -fsanitize=${HF_SANITIZE})
endif()
if(HF_FUZZ AND HF_FUZZ_ENGINE STREQUAL "libfuzzer")
  target_compile_options(holdfast_instruments INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(HF_COVERAGE)
  target_compile_options(holdfast_instruments INTERFACE --coverage)
  target_link_options(holdfast_instruments INTERFACE --coverage)
endif()
