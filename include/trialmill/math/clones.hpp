#pragma once

#include <cstddef>

// The only place of the project that names instruction sets.
//
// A function marked TRIALMILL_CLONES is compiled once per instruction set and the fastest body the
// CPU can run is bound when the program is loaded: one binary serves every node of a cluster. Only
// leaf loops are marked, because a clone is not inherited by the functions it calls unless they are
// inlined. All bodies give the same bits, since they hold only IEEE additions, multiplications,
// divisions and bit operations, and contraction to fused multiply-add is off for the whole project.
//
// TRIALMILL_FOR_X86_64_V4 marks a function that names instructions of that level; whoever calls it
// asks first whether the CPU has them, and has another function with the same bits.
//
// Off under thread sanitizer, whose instrumentation runs in the binding code before the sanitizer
// is ready and crashes at load; off where the attribute, the architecture levels or the C library's
// support for it are missing. Then there is one body, the compiler's default, with the same bits.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TRIALMILL_THREAD_SANITIZER
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define TRIALMILL_THREAD_SANITIZER
#endif

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    __GNUC__ >= 12 && !defined(TRIALMILL_THREAD_SANITIZER)
#define TRIALMILL_HAS_CLONES 1
#define TRIALMILL_CLONES \
  __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#define TRIALMILL_FOR_X86_64_V4 __attribute__((target("arch=x86-64-v4")))
#else
#define TRIALMILL_HAS_CLONES 0
#define TRIALMILL_CLONES
#endif
