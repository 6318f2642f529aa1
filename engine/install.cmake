# Installs the public headers, one static library per room, the program, the shipped scenarios and
# the package that lets another project write
#   find_package(trialmill REQUIRED COMPONENTS survival)
#   target_link_libraries(mine PRIVATE trialmill::survival)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/trialmill)

get_property(rooms GLOBAL PROPERTY TRIALMILL_ROOMS)
set(libraries ${rooms})
list(TRANSFORM libraries PREPEND trialmill_)
install(TARGETS ${libraries} EXPORT trialmillTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT trialmillTargets NAMESPACE trialmill:: DESTINATION ${package_dir})
install(DIRECTORY include/trialmill DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY scenarios/ DESTINATION ${CMAKE_INSTALL_DATADIR}/trialmill/scenarios)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(TARGET trialmill)
  install(TARGETS trialmill RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

set(TRIALMILL_ROOM_TABLE "")
foreach(room IN LISTS rooms)
  get_property(uses GLOBAL PROPERTY TRIALMILL_USES_OF_${room})
  get_property(packages GLOBAL PROPERTY TRIALMILL_PACKAGES_OF_${room})
  list(JOIN uses " " uses)
  list(JOIN packages " " packages)
  string(APPEND TRIALMILL_ROOM_TABLE
    "set(trialmill_${room}_USES ${uses})\nset(trialmill_${room}_PACKAGES ${packages})\n")
endforeach()
list(JOIN rooms " " TRIALMILL_ROOM_NAMES)

configure_package_config_file(engine/trialmillConfig.cmake.in
  ${PROJECT_BINARY_DIR}/trialmillConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/trialmillConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/trialmillConfig.cmake ${PROJECT_BINARY_DIR}/trialmillConfigVersion.cmake
  DESTINATION ${package_dir})
