// Sines that are the same on every machine, from sums and products without a maths library.
#pragma once

#include "isa.h"

namespace lookalike {

constexpr double kPi = 3.141592653589793;

// sin(pi * x) for |x| <= 0.5, by its Taylor series to the term x^21 (the next is below 2e-18).
LOOKALIKE_INLINE double sin_pi_near_zero(double x) {
    const double t = x * x;
    double sum = 5.392664662608129e-10;
    sum = sum * t - 2.2948428997269873e-08;
    sum = sum * t + 7.952054001475513e-07;
    sum = sum * t - 2.1915353447830217e-05;
    sum = sum * t + 0.00046630280576761255;
    sum = sum * t - 0.0073704309457143504;
    sum = sum * t + 0.08214588661112823;
    sum = sum * t - 0.5992645293207921;
    sum = sum * t + 2.5501640398773455;
    sum = sum * t - 5.16771278004997;
    sum = sum * t + kPi;
    return sum * x;
}

}  // namespace lookalike
