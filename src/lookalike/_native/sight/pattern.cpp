#include "sight/pattern.h"

#include "pixels/trigonometry.h"

namespace lookalike {

const std::array<std::array<uint8_t, 2>, kTests> kTested{{
    {0, 40},  {0, 49},  {0, 1},   {0, 21},  {3, 33},  {7, 25},  {11, 51}, {18, 38}, {0, 3},
    {0, 7},   {2, 50},  {8, 39},  {10, 52}, {19, 37}, {26, 46}, {32, 43}, {12, 48}, {17, 41},
    {5, 29},  {1, 21},  {38, 50}, {51, 39}, {11, 49}, {18, 40}, {5, 42},  {5, 47},  {4, 43},
    {6, 46},  {27, 31}, {11, 38}, {18, 51}, {13, 44}, {16, 45}, {25, 33}, {3, 25},  {7, 33},
    {3, 39},  {7, 50},  {24, 34}, {37, 49}, {52, 40}, {4, 32},  {6, 26},  {11, 18}, {12, 41},
    {17, 48}, {28, 46}, {30, 43}, {2, 24},  {8, 34},  {42, 44}, {47, 45}, {12, 17}, {4, 41},
    {6, 48},  {11, 40}, {18, 49}, {10, 19}, {27, 29}, {31, 29}, {9, 35},  {20, 23}, {21, 23},
    {21, 35}, {26, 43}, {32, 46}, {43, 45}, {46, 44}, {14, 30}, {15, 28}, {2, 18},  {8, 11},
    {13, 16}, {4, 17},  {6, 12},  {14, 43}, {15, 46}, {22, 24}, {36, 34}, {1, 10},  {1, 19},
    {2, 20},  {8, 9},   {12, 30}, {17, 28}, {10, 39}, {19, 50}, {22, 36}, {9, 38},  {20, 51},
    {5, 13},  {5, 16},  {40, 48}, {49, 41}, {21, 38}, {21, 51}, {25, 47}, {33, 42}, {29, 41},
    {29, 48}, {13, 27}, {16, 31}, {13, 48}, {16, 41}, {14, 32}, {15, 26}, {38, 39}, {51, 50},
    {23, 38}, {35, 51}, {3, 11},  {7, 18},  {10, 49}, {19, 40}, {3, 19},  {7, 10},  {0, 42},
    {0, 47},  {28, 44}, {30, 45}, {3, 44},  {7, 45},  {0, 12},  {0, 17},  {4, 15},  {6, 14},
    {12, 27}, {17, 31}, {23, 33}, {35, 25}, {37, 38}, {52, 51}, {9, 10},  {20, 19}, {37, 52},
    {22, 37}, {36, 52}, {39, 40}, {50, 49}, {13, 14}, {16, 15}, {29, 44}, {29, 45}, {9, 20},
    {4, 13},  {6, 16},  {9, 11},  {20, 18}, {2, 3},   {8, 7},   {41, 42}, {48, 47}, {2, 8},
    {14, 15}, {12, 40}, {17, 49}, {11, 17}, {18, 12}, {13, 41}, {16, 48}, {4, 6},   {27, 42},
    {31, 47}, {10, 24}, {19, 34}, {23, 39}, {35, 50}, {12, 52}, {17, 37}, {2, 25},  {8, 33},
    {4, 49},  {6, 40},  {3, 12},  {7, 17},  {40, 44}, {49, 45}, {25, 41}, {33, 48}, {24, 40},
    {34, 49}, {1, 2},   {1, 8},   {11, 25}, {18, 33}, {12, 13}, {17, 16}, {3, 16},  {7, 13},
    {11, 46}, {18, 43}, {3, 4},   {7, 6},   {2, 48},  {8, 41},  {24, 25}, {34, 33}, {5, 25},
    {5, 33},  {40, 41}, {49, 48}, {25, 26}, {33, 32}, {4, 5},   {6, 5},   {11, 43}, {18, 46},
    {21, 41}, {21, 48}, {26, 51}, {32, 38}, {39, 46}, {50, 43}, {38, 44}, {51, 45}, {4, 39},
    {6, 50},  {14, 25}, {15, 33}, {4, 11},  {6, 18},  {12, 23}, {17, 35}, {39, 42}, {50, 47},
    {26, 38}, {32, 51}, {11, 12}, {18, 17}, {2, 42},  {8, 47},  {10, 41}, {19, 48}, {1, 12},
    {1, 17},  {4, 36},  {6, 22},  {2, 6},   {8, 4},   {2, 30},  {8, 28},  {9, 17},  {20, 12},
    {13, 34}, {16, 24}, {10, 45}, {19, 44}, {11, 13}, {18, 16}, {10, 47}, {19, 42}, {22, 30},
    {36, 28}, {11, 15}, {18, 14}, {1, 5},
}};

namespace {

constexpr int kFine = 3;  // fine steps in one of kTurn: every box is at a whole number of them
constexpr int kFineTurn = kFine * static_cast<int>(kTurn);

// radius x sin(2 pi angle / kFineTurn), rounded. No product is near the middle between two numbers.
int8_t rounded_sine(int radius, int angle) {
    constexpr int kQuarter = kFineTurn / 4;
    angle %= kFineTurn;
    if (angle > 3 * kQuarter)
        angle -= kFineTurn;
    else if (angle > kQuarter)
        angle = 2 * kQuarter - angle;
    const double product = radius * sin_pi_near_zero(2.0 * angle / kFineTurn);
    return static_cast<int8_t>(product < 0 ? product - 0.5 : product + 0.5);
}

std::array<Offsets, kTurn> all_offsets() {
    std::array<Offsets, kTurn> table{};
    for (size_t turn = 0; turn < kTurn; ++turn) {
        size_t box = 0;
        for (const Ring& ring : kRings) {
            const int step = kFineTurn / static_cast<int>(ring.last - box);
            int angle = ring.first + kFine * static_cast<int>(turn);
            for (; box < ring.last; ++box, angle += step)
                table[turn][box] = {rounded_sine(ring.radius, angle + kFineTurn / 4),
                                    rounded_sine(ring.radius, angle)};
        }
    }
    return table;
}

// The box at the place of each box if y is reversed.
std::array<uint8_t, kBoxes> mirrored_boxes() {
    const Offsets& boxes = offsets_at(0);
    std::array<uint8_t, kBoxes> found{};
    for (size_t k = 0; k < kBoxes; ++k)
        for (size_t other = 0; other < kBoxes; ++other)
            if (boxes[k].x == boxes[other].x && boxes[k].y == -boxes[other].y)
                found[k] = static_cast<uint8_t>(other);
    return found;
}

Mirror find_mirror() {
    const std::array<uint8_t, kBoxes> boxes = mirrored_boxes();
    Mirror found{};
    for (size_t k = 0; k < kTests; ++k)
        for (size_t other = 0; other < kTests; ++other) {
            const uint8_t a = boxes[kTested[k][0]], b = boxes[kTested[k][1]];
            const bool same = kTested[other][0] == a && kTested[other][1] == b;
            const bool opposite = kTested[other][0] == b && kTested[other][1] == a;
            if (!same && !opposite) continue;
            found.order[k] = static_cast<uint8_t>(other);
            found.inverted[k] = opposite;
        }
    return found;
}

}  // namespace

const Offsets& offsets_at(size_t angle) {
    static const std::array<Offsets, kTurn> table = all_offsets();
    return table[angle];
}

const Mirror& mirror() {
    static const Mirror found = find_mirror();
    return found;
}

}  // namespace lookalike
