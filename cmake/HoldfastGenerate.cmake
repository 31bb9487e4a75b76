# holdfast_generate(TARGET HEADER [STRICT] [TABLES] [TYPES T...] [FLAGS F...])
#   Generates typed code from a plain C header (`holdfast gen`) and adds it to TARGET: HEADER model.h
#   gives model.hf.h, to be included, and model.hf.c, to be compiled as C. The header is read with the
#   include folders and definitions of TARGET. It is generated again when the header, or anything it
#   includes, changes. TABLES: small tables instead of straight code. FLAGS: more, for the compiler that
#   preprocesses, such as -std=c17 or -include config.h.
#
#   The output lies in the target's binary folder; when another target there has it already (of this header
#   or of one with the same name), in a folder TARGET.hf below it.
#
#   Within Holdfast's own build the bootstrap generates; when cross-compiling it runs by
#   CMAKE_CROSSCOMPILING_EMULATOR, or HOLDFAST_COMMAND names a holdfast that runs here: the output is the
#   same for every target.
function(holdfast_generate target header)
  cmake_parse_arguments(PARSE_ARGV 2 arg "STRICT;TABLES" "" "TYPES;FLAGS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "holdfast_generate: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "holdfast_generate: there is no target '${target}'")
  endif()
  if(NOT CMAKE_C_COMPILER)
    message(FATAL_ERROR "holdfast_generate: what it writes is compiled as C: project(... LANGUAGES C ...)")
  endif()
  if(TARGET holdfast_bootstrap AND NOT HOLDFAST_COMMAND)
    set(command $<TARGET_FILE:holdfast_bootstrap>)
    if(CMAKE_CROSSCOMPILING)
      list(PREPEND command ${CMAKE_CROSSCOMPILING_EMULATOR})
    endif()
    set(depends holdfast_bootstrap)
  else()
    find_program(HOLDFAST_COMMAND holdfast HINTS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../bin REQUIRED)
    set(command ${HOLDFAST_COMMAND})
    set(depends ${HOLDFAST_COMMAND})
  endif()
  get_filename_component(header ${header} ABSOLUTE)
  if(NOT EXISTS ${header})
    get_source_file_property(generated ${header} GENERATED)
    if(NOT generated)
      message(FATAL_ERROR "holdfast_generate: there is no header '${header}'")
    endif()
  endif()
  get_filename_component(folder ${header} DIRECTORY)
  get_filename_component(name ${header} NAME_WLE)
  set(into ${CMAKE_CURRENT_BINARY_DIR})
  get_property(taken DIRECTORY PROPERTY HOLDFAST_GENERATED)
  if("${into}/${name}" IN_LIST taken)
    set(into ${CMAKE_CURRENT_BINARY_DIR}/${target}.hf)
    if("${into}/${name}" IN_LIST taken)
      message(FATAL_ERROR "holdfast_generate: '${target}' has a ${name}.hf.c already")
    endif()
    file(MAKE_DIRECTORY ${into})
  endif()
  set_property(DIRECTORY APPEND PROPERTY HOLDFAST_GENERATED "${into}/${name}")
  set(base ${into}/${name}.hf)
  set(options --quiet --output ${base} --depfile ${base}.d --compiler ${CMAKE_C_COMPILER})
  if(arg_STRICT)
    list(APPEND options --strict)
  endif()
  if(arg_TABLES)
    list(APPEND options --tables)
  endif()
  if(arg_TYPES)
    list(JOIN arg_TYPES "," types)
    list(APPEND options --types ${types})
  endif()
  set(touch)
  if(NOT CMAKE_GENERATOR MATCHES "Ninja") # what stays as it was would be made again each time
    set(touch COMMAND ${CMAKE_COMMAND} -E touch_nocreate ${base}.h ${base}.c)
  endif()
  separate_arguments(flags NATIVE_COMMAND "${CMAKE_C_FLAGS}")
  if(CMAKE_C_COMPILER_TARGET)
    list(APPEND flags --target=${CMAKE_C_COMPILER_TARGET})
  endif()
  if(CMAKE_SYSROOT)
    list(APPEND flags --sysroot=${CMAKE_SYSROOT})
  endif()
  set(includes $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
  set(definitions $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
  add_custom_command(OUTPUT ${base}.h ${base}.c
    COMMAND ${command} gen ${options} ${header} -- ${flags}
      "$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>" "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>" ${arg_FLAGS}
    ${touch}
    DEPENDS ${header} ${depends}
    DEPFILE ${base}.d
    COMMENT "holdfast gen ${name}.h"
    VERBATIM COMMAND_EXPAND_LISTS)
  target_sources(${target} PRIVATE ${base}.c ${base}.h)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${folder}> $<BUILD_INTERFACE:${into}>)
endfunction()
