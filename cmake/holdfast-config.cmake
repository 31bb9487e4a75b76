# find_package(holdfast): the targets holdfast::holdfast (shared) and holdfast::holdfast_static,
# and holdfast_generate(TARGET HEADER).
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/holdfast-targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/HoldfastGenerate.cmake)
