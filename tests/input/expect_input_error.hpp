#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "trialmill/input/diagnostic.hpp"

namespace trialmill::input {

/// The text of the InputError that the action throws; a test failure if it throws none.
template <typename Action>
std::string text_of_error(Action&& action) {
  try {
    std::forward<Action>(action)();
  } catch (const InputError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no InputError was thrown";
  return {};
}

}  // namespace trialmill::input
