#pragma once

/// Angles by elementary arithmetic alone, so that they have the same bits on every machine.
namespace trialmill::math {

/// The tangent of half the angle whose tangent is x.
double half_tangent(double x);

/// The angle whose tangent is x.
double arctangent(double x);

/// The angle of a direction in the plane, in (-pi, pi].
double angle_of(double x, double y);

}  // namespace trialmill::math
