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

// A function body that is compiled once for every instruction set that calls it.
#if defined(__GNUC__) || defined(__clang__)
#define LOOKALIKE_INLINE inline __attribute__((always_inline))
#else
#define LOOKALIKE_INLINE inline
#endif

namespace lookalike {

enum class Isa { scalar, avx2, avx512 };

const char* name(Isa isa);
std::vector<Isa> available_isas();  // best last
Isa active_isa();
void force_isa(const std::string& name);  // throws std::invalid_argument; "" takes the best again

}  // namespace lookalike
