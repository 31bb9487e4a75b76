# What `make install` puts where: headers, both libraries, the command, and what pkg-config and CMake
# need to find them. Nothing installed names the prefix, so the folder can be moved afterwards.
include(CMakePackageConfigHelpers)

set_target_properties(holdfast_shared PROPERTIES EXPORT_NAME holdfast)
set_target_properties(holdfast PROPERTIES EXPORT_NAME holdfast_static)
install(TARGETS holdfast holdfast_shared EXPORT holdfast
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/holdfast DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
if(TARGET holdfast_command)
  install(TARGETS holdfast_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# ---- CMake: find_package(holdfast), then holdfast::holdfast or holdfast::holdfast_static ------
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/holdfast)
install(EXPORT holdfast NAMESPACE holdfast:: FILE holdfast-targets.cmake DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/holdfast-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/holdfast-config.cmake cmake/HoldfastGenerate.cmake ${PROJECT_BINARY_DIR}/holdfast-config-version.cmake
  DESTINATION ${package_folder})

# ---- pkg-config: holdfast, holdfast-static ---------------------------------------------------
set(pc_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_to_prefix /${pc_folder} /)
string(REGEX REPLACE "/$" "" pc_to_prefix ${pc_to_prefix})
configure_file(cmake/holdfast.pc.in ${PROJECT_BINARY_DIR}/holdfast.pc @ONLY)
configure_file(cmake/holdfast-static.pc.in ${PROJECT_BINARY_DIR}/holdfast-static.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/holdfast.pc ${PROJECT_BINARY_DIR}/holdfast-static.pc DESTINATION ${pc_folder})

# What has to be built for it: none of the tests.
add_custom_target(holdfast_installed DEPENDS holdfast holdfast_shared)
foreach(target holdfast_command holdfast_recorder holdfast_manual)
  if(TARGET ${target})
    add_dependencies(holdfast_installed ${target})
  endif()
endforeach()
