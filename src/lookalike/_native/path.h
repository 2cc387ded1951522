// Which instruction set the kernel uses: chosen when it is loaded, and forced by tests.
#pragma once

#include <string>
#include <vector>

// What only these compilers and this processor know stands behind this guard.
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define LOOKALIKE_X86 1
#define LOOKALIKE_AVX2 __attribute__((target("avx2")))
#define LOOKALIKE_POPCNT __attribute__((target("popcnt")))
#define LOOKALIKE_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vpopcntdq")))
#else
#define LOOKALIKE_X86 0
#endif

// A function body that is compiled once for every path which calls it.
#if defined(__GNUC__) || defined(__clang__)
#define LOOKALIKE_INLINE inline __attribute__((always_inline))
#else
#define LOOKALIKE_INLINE inline
#endif

namespace lookalike {

enum class Path { scalar, avx2, avx512 };

const char* name(Path path);
std::vector<Path> available_paths();  // best last
Path active_path();
void force_path(const std::string& name);  // throws std::invalid_argument; "" takes the best again

}  // namespace lookalike
