# holdfast_generate(TARGET HEADER [STRICT] [TABLES] [TYPES T...] [FLAGS F...])
#   Generates typed code from a plain C header (`holdfast gen`) and adds it to TARGET: HEADER model.h
#   gives model.hf.h, to be included, and model.hf.c, to be compiled. The header is read with the
#   include folders and definitions of TARGET. It is generated again when the header, or anything it
#   includes, changes. TABLES: small tables instead of straight code.
#
#   Within Holdfast's own build the bootstrap generates; when cross-compiling it runs by
#   CMAKE_CROSSCOMPILING_EMULATOR, or HOLDFAST_COMMAND names a holdfast that runs here: the output is the
#   same for every target.
function(holdfast_generate target header)
  cmake_parse_arguments(PARSE_ARGV 2 arg "STRICT;TABLES" "" "TYPES;FLAGS")
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
  get_filename_component(folder ${header} DIRECTORY)
  get_filename_component(name ${header} NAME_WE)
  set(base ${CMAKE_CURRENT_BINARY_DIR}/${name}.hf)
  set(options --quiet --output ${base} --depfile ${base}.d)
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
  set(includes $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
  set(definitions $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
  add_custom_command(OUTPUT ${base}.h ${base}.c
    COMMAND ${CMAKE_COMMAND} -E env CC=${CMAKE_C_COMPILER} ${command} gen ${options} ${header} --
      "$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>" "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>" ${arg_FLAGS}
    DEPENDS ${header} ${depends}
    DEPFILE ${base}.d
    COMMENT "holdfast gen ${name}.h"
    VERBATIM COMMAND_EXPAND_LISTS)
  target_sources(${target} PRIVATE ${base}.c ${base}.h)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${folder}> $<BUILD_INTERFACE:${CMAKE_CURRENT_BINARY_DIR}>)
endfunction()
