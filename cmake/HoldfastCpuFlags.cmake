# hf_cpu_flags(LIST): gives files named *_avx2.c, *_avx512.c the flags of their instruction set and
# takes out of the list what the target's processor family does not have. Which of them runs is
# decided at run time (lib/base); nothing else may be compiled with these flags.
function(hf_cpu_flags list_name)
  set(sources ${${list_name}})
  set(avx2 -mavx2 -mbmi -mbmi2 -mpclmul)
  set(avx512 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vbmi -mavx512vbmi2 -mavx512cd -mlzcnt
             -mbmi -mbmi2 -mpclmul -mvpclmulqdq)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    list(FILTER sources EXCLUDE REGEX "_neon\\.c$")
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    list(FILTER sources EXCLUDE REGEX "_(sse2|avx2|avx512)\\.c$")
  else()
    list(FILTER sources EXCLUDE REGEX "_(sse2|avx2|avx512|neon)\\.c$")
  endif()
  foreach(source ${sources})
    if(source MATCHES "_avx2\\.c$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${avx2}")
    elseif(source MATCHES "_avx512\\.c$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${avx512}")
    endif()
  endforeach()
  set(${list_name} ${sources} PARENT_SCOPE)
endfunction()
