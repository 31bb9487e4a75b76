# find_package(holdfast): the targets holdfast::holdfast (shared) and holdfast::holdfast_static.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/holdfast-targets.cmake)
