#pragma once

// Counts every heap allocation of a test program. Include in one source file of the program only:
// it replaces the program's operator new.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace trialmill {
inline std::atomic<std::uint64_t> allocations{0};
}

void* operator new(std::size_t size) {
  ++trialmill::allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++trialmill::allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
