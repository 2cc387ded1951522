#include "search/digests.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "isa.h"

namespace lookalike {
namespace {

// BLAKE3 (O'Connor, Aumasson, Neves, Wilcox-O'Hearn, 2020) of rows that fit into one chunk. Several
// rows are digested side by side, one per lane, where the compiler has vectors.
#if defined(__GNUC__) || defined(__clang__)
constexpr size_t kLanes = 8;
typedef uint32_t Lanes __attribute__((vector_size(4 * kLanes)));
#else
constexpr size_t kLanes = 1;
using Lanes = uint32_t;
#endif

constexpr size_t kWords = 16, kBlock = 4 * kWords;
constexpr uint32_t kStart = 1, kEnd = 2, kRoot = 8;
constexpr uint32_t kInitial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
// Which words of a block each round mixes in. A round has those of the one before, permuted.
constexpr uint8_t kOrders[7][kWords] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
    {3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1},
    {10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
    {12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4},
    {9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
    {11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13},
};

LOOKALIKE_INLINE void turn(Lanes& word, int bits) { word = word >> bits | word << (32 - bits); }

LOOKALIKE_INLINE void mix(Lanes& a, Lanes& b, Lanes& c, Lanes& d, const Lanes& x, const Lanes& y) {
    a += b + x;
    turn(d ^= a, 16);
    turn(b ^= c += d, 12);
    a += b + y;
    turn(d ^= a, 8);
    turn(b ^= c += d, 7);
}

template <size_t Round>
LOOKALIKE_INLINE void mix_round(Lanes* v, const Lanes* words) {
    constexpr const uint8_t* at = kOrders[Round];
    mix(v[0], v[4], v[8], v[12], words[at[0]], words[at[1]]);
    mix(v[1], v[5], v[9], v[13], words[at[2]], words[at[3]]);
    mix(v[2], v[6], v[10], v[14], words[at[4]], words[at[5]]);
    mix(v[3], v[7], v[11], v[15], words[at[6]], words[at[7]]);
    mix(v[0], v[5], v[10], v[15], words[at[8]], words[at[9]]);
    mix(v[1], v[6], v[11], v[12], words[at[10]], words[at[11]]);
    mix(v[2], v[7], v[8], v[13], words[at[12]], words[at[13]]);
    mix(v[3], v[4], v[9], v[14], words[at[14]], words[at[15]]);
}

template <size_t... Rounds>
LOOKALIKE_INLINE void mix_rounds(Lanes* v, const Lanes* words, std::index_sequence<Rounds...>) {
    (mix_round<Rounds>(v, words), ...);
}

// Changes the eight words of each lane's chain by a block.
LOOKALIKE_INLINE void compress(Lanes* chain, const Lanes* words, uint32_t length, uint32_t flags) {
    const uint32_t rest[8] = {kInitial[0], kInitial[1], kInitial[2], kInitial[3],
                              0,           0,           length,      flags};
    Lanes v[kWords] = {};
    std::copy(chain, chain + 8, v);
    for (size_t k = 0; k < 8; ++k) v[8 + k] = Lanes{} + rest[k];
    mix_rounds(v, words, std::make_index_sequence<7>());
    for (size_t k = 0; k < 8; ++k) chain[k] = v[k] ^ v[8 + k];
}

// A block of each row, transposed. What is beyond the rows is zero.
LOOKALIKE_INLINE void load(const uint8_t* rows, size_t count, size_t width, size_t length,
                           Lanes* words) {
    uint32_t transposed[kWords][kLanes] = {};
    for (size_t lane = 0; lane < count; ++lane) {
        uint8_t block[kBlock] = {};
        std::memcpy(block, rows + lane * width, length);
        for (size_t k = 0; k < kWords; ++k)
            transposed[k][lane] = uint32_t{block[4 * k]} | uint32_t{block[4 * k + 1]} << 8 |
                                  uint32_t{block[4 * k + 2]} << 16 |
                                  uint32_t{block[4 * k + 3]} << 24;
    }
    std::memcpy(words, transposed, sizeof transposed);
}

LOOKALIKE_INLINE void digest_lanes(const uint8_t* rows, size_t count, size_t width,
                                   uint8_t* digests) {
    Lanes chain[8], words[kWords];
    for (size_t k = 0; k < 8; ++k) chain[k] = Lanes{} + kInitial[k];
    for (size_t begin = 0; begin < width; begin += kBlock) {
        const size_t length = std::min(kBlock, width - begin);
        load(rows + begin, count, width, length, words);
        const uint32_t flags = (begin ? 0 : kStart) | (begin + length < width ? 0 : kEnd | kRoot);
        compress(chain, words, static_cast<uint32_t>(length), flags);
    }
    uint32_t found[2][kLanes];
    std::memcpy(found, chain, sizeof found);
    for (size_t lane = 0; lane < count; ++lane)
        for (size_t k = 0; k < kDigestBytes; ++k)
            digests[lane * kDigestBytes + k] =
                static_cast<uint8_t>(found[k / 4][lane] >> 8 * (k % 4));
}

LOOKALIKE_INLINE void digest_body(const uint8_t* rows, size_t count, size_t width,
                                  uint8_t* digests) {
    for (size_t begin = 0; begin < count; begin += kLanes)
        digest_lanes(rows + begin * width, std::min(kLanes, count - begin), width,
                     digests + begin * kDigestBytes);
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 void digest_avx2(const uint8_t* rows, size_t count, size_t width, uint8_t* digests) {
    digest_body(rows, count, width, digests);
}
LOOKALIKE_AVX512 void digest_avx512(const uint8_t* rows, size_t count, size_t width,
                                    uint8_t* digests) {
    digest_body(rows, count, width, digests);
}
#endif

}  // namespace

void digest_rows(const uint8_t* rows, size_t count, size_t width, uint8_t* digests) {
#if LOOKALIKE_X86
    if (active_isa() == Isa::avx512) return digest_avx512(rows, count, width, digests);
    if (active_isa() == Isa::avx2) return digest_avx2(rows, count, width, digests);
#endif
    digest_body(rows, count, width, digests);
}

}  // namespace lookalike
