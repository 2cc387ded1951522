#include "path.h"

#include <atomic>
#include <stdexcept>

namespace lookalike {

const char* name(Path path) {
    switch (path) {
        case Path::avx512: return "avx512";
        case Path::avx2: return "avx2";
        default: return "scalar";
    }
}

std::vector<Path> available_paths() {
    std::vector<Path> paths{Path::scalar};
#if LOOKALIKE_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) paths.push_back(Path::avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vpopcntdq"))
        paths.push_back(Path::avx512);
#endif
    return paths;
}

static std::atomic<Path> active{available_paths().back()};

Path active_path() { return active.load(std::memory_order_relaxed); }

void force_path(const std::string& wanted) {
    const std::vector<Path> paths = available_paths();
    if (wanted.empty()) {
        active = paths.back();
        return;
    }
    std::string known;
    for (Path path : paths) {
        if (wanted == name(path)) {
            active = path;
            return;
        }
        known += std::string(known.empty() ? "" : ", ") + name(path);
    }
    throw std::invalid_argument("no kernel path '" + wanted + "' on this machine; it has " + known);
}

}  // namespace lookalike
