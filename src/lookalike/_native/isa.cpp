#include "isa.h"

#include <atomic>
#include <stdexcept>

namespace lookalike {

const char* name(Isa isa) {
    switch (isa) {
        case Isa::avx512: return "avx512";
        case Isa::avx2: return "avx2";
        default: return "scalar";
    }
}

std::vector<Isa> available_isas() {
    std::vector<Isa> isas{Isa::scalar};
#if LOOKALIKE_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) isas.push_back(Isa::avx2);
    if (isas.size() > 1 && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vpopcntdq"))
        isas.push_back(Isa::avx512);
#endif
    return isas;
}

static std::atomic<Isa> active{available_isas().back()};

Isa active_isa() { return active.load(std::memory_order_relaxed); }

void force_isa(const std::string& wanted) {
    const std::vector<Isa> isas = available_isas();
    if (wanted.empty()) {
        active = isas.back();
        return;
    }
    std::string known;
    for (Isa isa : isas) {
        if (wanted == name(isa)) {
            active = isa;
            return;
        }
        known += std::string(known.empty() ? "" : ", ") + name(isa);
    }
    throw std::invalid_argument("no instruction set '" + wanted + "' on this machine; it has " +
                                known);
}

}  // namespace lookalike
