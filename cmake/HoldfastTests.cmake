# hf_test(NAME COMMAND... [LABELS l...] [TIMEOUT s] [SERIAL] [ENVIRONMENT e...])
#   Registers a test with the sanitizers' options and, for SERIAL, alone on the machine: tests that
#   watch memory or time run while nothing else does. Default label `quick`, default timeout 120 s.
#   Labels: quick (seconds; before every commit), check (the tree itself), slow (minutes; not in make test).
#
# How cases are counted (tests/run): a cmocka program by its cases; any other program by a line
#   # cases: 12 passed, 0 failed, 3 skipped
# that it prints at its end, the last part optional; without one, a program is one case. Exit
# status 77 means that the whole program skipped.
include(CTest)

set(HF_TEST_ENVIRONMENT
  "ASAN_OPTIONS=detect_leaks=1:halt_on_error=1:detect_stack_use_after_return=0:allocator_may_return_null=1:strict_string_checks=1"
  "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1"
  "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1"
  "LSAN_OPTIONS=report_objects=1"
  "LC_ALL=C.UTF-8")

# hf_emulate(COMMAND): in a cross build, what a script is to start becomes a file that starts it under the
# emulator. A script that starts nothing looks at the tree, the same on every processor: it is skipped.
function(hf_emulate list)
  set(command)
  set(starts OFF)
  foreach(argument ${${list}})
    set(type)
    if(argument MATCHES "^\\$<TARGET_FILE:([A-Za-z0-9_]+)>$")
      set(target ${CMAKE_MATCH_1})
      get_target_property(type ${target} TYPE)
    endif()
    if(type STREQUAL "EXECUTABLE")
      set(starts ON)
      set(emulated ${PROJECT_BINARY_DIR}/emulated/${target})
      get_property(known GLOBAL PROPERTY HF_EMULATED_${target})
      if(NOT known)
        set_property(GLOBAL PROPERTY HF_EMULATED_${target} ON)
        list(JOIN CMAKE_CROSSCOMPILING_EMULATOR " " emulator)
        file(GENERATE OUTPUT ${emulated} CONTENT "#!/bin/sh\nexec ${emulator} ${argument} \"$@\"\n"
          FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
      endif()
      set(argument ${emulated})
    endif()
    list(APPEND command ${argument})
  endforeach()
  if(NOT starts)
    set(command ${CMAKE_COMMAND} -E echo "skipped: it looks at the tree, not at programs for ${CMAKE_SYSTEM_PROCESSOR}")
  endif()
  set(${list} ${command} PARENT_SCOPE)
endfunction()

function(hf_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT;WORKING_DIRECTORY" "COMMAND;LABELS;ENVIRONMENT")
  if(NOT arg_LABELS)
    set(arg_LABELS quick)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(NOT arg_WORKING_DIRECTORY)
    set(arg_WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  endif()
  list(GET arg_COMMAND 0 program)
  if(CMAKE_CROSSCOMPILING AND NOT TARGET ${program})
    hf_emulate(arg_COMMAND)
  endif()
  add_test(NAME ${name} COMMAND ${arg_COMMAND} WORKING_DIRECTORY ${arg_WORKING_DIRECTORY})
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 77
    ENVIRONMENT "${HF_TEST_ENVIRONMENT};${arg_ENVIRONMENT}")
  if(CMAKE_CROSSCOMPILING)
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped: ")
  endif()
  if(arg_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

# hf_unit_test(FILE [LIBRARIES l...]): one cmocka program from tests/.../test_NAME.c, registered as NAME.
# A comment line of the file may say how it runs:
#   /* ctest: serial timeout=300 label=slow */
function(hf_unit_test source)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES")
  get_filename_component(program ${source} NAME_WE)
  string(REGEX REPLACE "^test_" "" name ${program})
  add_executable(${program} ${source})
  target_link_libraries(${program} PRIVATE holdfast_test_support ${arg_LIBRARIES} holdfast_warnings)
  set(options)
  file(STRINGS ${source} manner REGEX "/\\* ctest: .*\\*/" LIMIT_COUNT 1)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  if(manner MATCHES " serial")
    list(APPEND options SERIAL)
  endif()
  if(manner MATCHES " timeout=([0-9]+)")
    list(APPEND options TIMEOUT ${CMAKE_MATCH_1})
  endif()
  if(manner MATCHES " label=([a-z]+)")
    list(APPEND options LABELS ${CMAKE_MATCH_1})
  endif()
  hf_test(${name} COMMAND ${program} ${options})
endfunction()
