# fuzz/fuzz_NAME.c defines LLVMFuzzerTestOneInput. Under the fuzz preset it becomes a libFuzzer
# program, under the afl preset one for afl-fuzz; in every other build it is run over its corpus
# (fuzz/corpus/NAME/) by ctest.
#
# Comment lines at its beginning say what it needs: `/* fuzz libraries: jansson */` names system
# libraries, without which the fuzzer is left out; `/* fuzz parts: holdfast_gen */` names what of the
# tree it takes beside the library, so that one fuzzer is built without all the rest.

# Structs of every shape with their generated code, for fuzz_decode and the generator's tests.
add_subdirectory(tests/gen/model)

if(NOT HF_FUZZ)
  add_library(fuzz_replay OBJECT fuzz/replay.c)
  target_link_libraries(fuzz_replay PRIVATE holdfast_warnings holdfast_instruments)
endif()

file(GLOB fuzz_sources CONFIGURE_DEPENDS fuzz/fuzz_*.c)

foreach(source ${fuzz_sources})
  get_filename_component(program ${source} NAME_WE)
  string(REGEX REPLACE "^fuzz_" "" name ${program})
  set(peers)
  set(missing)
  file(STRINGS ${source} wish REGEX "/\\* fuzz libraries: .*\\*/" LIMIT_COUNT 1)
  if(wish MATCHES "fuzz libraries: ([a-z0-9 _-]+) \\*/")
    string(REPLACE " " ";" wish_names "${CMAKE_MATCH_1}")
    foreach(wish_name ${wish_names})
      find_library(HF_LIBRARY_${wish_name} ${wish_name})
      if(HF_LIBRARY_${wish_name})
        list(APPEND peers ${HF_LIBRARY_${wish_name}})
      else()
        set(missing ${wish_name})
      endif()
    endforeach()
  endif()
  if(missing)
    message(STATUS "left out: ${program} (lib${missing} is not installed)")
    continue()
  endif()

  set(parts)
  file(STRINGS ${source} wish REGEX "/\\* fuzz parts: .*\\*/" LIMIT_COUNT 1)
  if(wish MATCHES "fuzz parts: ([a-z0-9 _]+) \\*/")
    string(REGEX REPLACE "([a-z0-9_]+) *" "$<TARGET_NAME_IF_EXISTS:\\1>;" parts "${CMAKE_MATCH_1}")
  endif()

  add_executable(${program} ${source})
  target_include_directories(${program} PRIVATE lib tests/support)
  target_link_libraries(${program} PRIVATE holdfast ${peers} holdfast_warnings ${parts})
  if(HF_FUZZ AND HF_FUZZ_ENGINE STREQUAL "afl")
    target_sources(${program} PRIVATE fuzz/afl.c)
  elseif(HF_FUZZ)
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${program} PRIVATE $<TARGET_OBJECTS:fuzz_replay>)
    hf_test(replay_${name} COMMAND ${program} ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
  endif()
endforeach()
