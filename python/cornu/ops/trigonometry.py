"""Functions of angles, and their inverses, after NumPy."""

from __future__ import annotations

from typing import Any

from cornu.ops.documented import documented
from cornu.ops.elementwise import of_floats

_floating = documented(
    "numpy",
    "An array of x's shape, in x's float type, or `floatx()` for integers and bools.",
)


@_floating
def sin(x: Any) -> Any:
    """Take the sine of angles in radians.

    >>> ops.sin([0.0, 1.0]).round(3)
    array([0.   , 0.841], dtype=float32)
    """
    return of_floats("sin", x)


@_floating
def cos(x: Any) -> Any:
    """Take the cosine of angles in radians.

    >>> ops.cos([0.0, 1.0])
    array([1.       , 0.5403023], dtype=float32)
    """
    return of_floats("cos", x)


@_floating
def tan(x: Any) -> Any:
    """Take the tangent of angles in radians.

    >>> ops.tan([0.0, 1.0])
    array([0.       , 1.5574077], dtype=float32)
    """
    return of_floats("tan", x)


@_floating
def arcsin(x: Any) -> Any:
    """Take the angle, in radians, of which x is the sine.

    >>> ops.arcsin([0.0, 1.0])
    array([0.       , 1.5707964], dtype=float32)
    """
    return of_floats("arcsin", x)


@_floating
def arccos(x: Any) -> Any:
    """Take the angle, in radians, of which x is the cosine.

    >>> ops.arccos([0.0, 1.0])
    array([1.5707964, 0.       ], dtype=float32)
    """
    return of_floats("arccos", x)


@_floating
def arctan(x: Any) -> Any:
    """Take the angle, in radians, of which x is the tangent.

    >>> ops.arctan([0.0, 1.0])
    array([0.       , 0.7853982], dtype=float32)
    """
    return of_floats("arctan", x)


@_floating
def sinh(x: Any) -> Any:
    """Take the hyperbolic sine.

    >>> ops.sinh([0.0, 1.0])
    array([0.       , 1.1752012], dtype=float32)
    """
    return of_floats("sinh", x)


@_floating
def cosh(x: Any) -> Any:
    """Take the hyperbolic cosine.

    >>> ops.cosh([0.0, 1.0]).round(3)
    array([1.   , 1.543], dtype=float32)
    """
    return of_floats("cosh", x)


@_floating
def tanh(x: Any) -> Any:
    """Take the hyperbolic tangent.

    >>> ops.tanh([0.0, 1.0])
    array([0.       , 0.7615942], dtype=float32)
    """
    return of_floats("tanh", x)


@_floating
def arcsinh(x: Any) -> Any:
    """Take the number of which x is the hyperbolic sine.

    >>> ops.arcsinh([0.0, 1.0])
    array([0.       , 0.8813736], dtype=float32)
    """
    return of_floats("arcsinh", x)


@_floating
def arccosh(x: Any) -> Any:
    """Take the number of which x is the hyperbolic cosine.

    >>> ops.arccosh([1.0, 2.0])
    array([0.      , 1.316958], dtype=float32)
    """
    return of_floats("arccosh", x)


@_floating
def arctanh(x: Any) -> Any:
    """Take the number of which x is the hyperbolic tangent.

    >>> ops.arctanh([0.0, 0.5])
    array([0.        , 0.54930615], dtype=float32)
    """
    return of_floats("arctanh", x)


@_floating
def sinc(x: Any) -> Any:
    """Take `sin(pi * x) / (pi * x)`, which is 1 at 0.

    >>> ops.sinc([0.0, 0.5])
    array([1.        , 0.63661975], dtype=float32)
    """
    return of_floats("sinc", x)


@_floating
def deg2rad(x: Any) -> Any:
    """Turn degrees into radians.

    >>> ops.deg2rad([0.0, 180.0])
    array([0.       , 3.1415927], dtype=float32)
    """
    return of_floats("deg2rad", x)


@_floating
def rad2deg(x: Any) -> Any:
    """Turn radians into degrees.

    >>> ops.rad2deg([0.0, 1.0])
    array([ 0.      , 57.295776], dtype=float32)
    """
    return of_floats("rad2deg", x)
