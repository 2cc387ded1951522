// Which instruction set the kernel uses. It is chosen at loading, and tests can force another.
#pragma once

#include <string>
#include <vector>

// Guards code that needs one of these compilers and an x86-64 processor.
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define LOOKALIKE_X86 1
#define LOOKALIKE_AVX2 __attribute__((target("avx2")))
#define LOOKALIKE_BMI2 __attribute__((target("avx2,bmi2")))
#define LOOKALIKE_POPCNT __attribute__((target("popcnt")))
#define LOOKALIKE_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vpopcntdq")))
#else
#define LOOKALIKE_X86 0
#endif

// Marks a function body that is compiled once for every instruction set that calls it.
#if defined(__GNUC__) || defined(__clang__)
#define LOOKALIKE_INLINE inline __attribute__((always_inline))
#define LOOKALIKE_INLINE_LAMBDA __attribute__((always_inline))
#else
#define LOOKALIKE_INLINE inline
#define LOOKALIKE_INLINE_LAMBDA
#endif

namespace lookalike {

enum class Isa { scalar, avx2, avx512 };  // avx2 includes BMI2

const char* name(Isa isa);
std::vector<Isa> available_isas();  // best last
Isa active_isa();
void force_isa(const std::string& name);  // "" is the best, may throw std::invalid_argument

}  // namespace lookalike
