"""Width and height of a vehicle with its load in metres, from behind, by a plate of known size.

The plate gives s, metres a pixel in its own plane, at Z = f s. What is not in that plane is
corrected, and what is not known of it goes into the uncertainty (to first order, as
`pipeline.scene.camera.propagated` does it), with h the row of the horizon and b and t the lower and
the upper row of the box:

    height = s ((b - h)(1 + c/Z) + (h - t)(1 + r/Z))

where c is how far in front of the plate the wheels meet the road, and r how far in front of it the
highest part of the load is. From behind, the side of the vehicle that is turned towards the line on
which it travels shows beside its rear: with v the column where that line vanishes, e the edge of
the box nearer to it and a the other one, and L the vehicle's length,

    width = s |a - e| (1 + q/Z) - max(e - v, 0) L / f   (signs such that a is on the positive side)

with q how far in front of the plate it is widest. So a vehicle that the camera follows in its own
lane (v within the box) shows its rear alone. A camera that looks down on the vehicle (t below h)
sees its roof, as long as it may be, above its rear: its height is not known then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.quantity import Quantity, propagated
from pipeline.types import Kind

# Of a box's size: how far its edges are off as a habit, on rendered clips. What changes from one
# picture to the next shows in the scatter.
_EDGE_SHARE = 0.012
_EDGE_PX = 1.0
_MOST_SIDE = 0.12  # of the box's width: where more of it is the side, its rear cannot be told
_ALIKE = 5  # so many pictures, one after the other, err alike
_CONTACT = {Kind.MOTORBIKE: Quantity(0.15, 0.15)}  # c, m
_CONTACT_ELSEWHERE = Quantity(0.5, 0.5)
_TOP = Quantity(0.0, 0.3)  # r, m
_WIDEST = {Kind.MOTORBIKE: Quantity(0.25, 0.25)}  # q, m: a rack is in front of the plate
_WIDEST_ELSEWHERE = Quantity(0.0, 0.3)
_LENGTH = {Kind.MOTORBIKE: Quantity(1.9, 0.2)}  # L, m; what seems a car may be a truck
_LENGTH_ELSEWHERE = Quantity(7.5, 2.5)


@dataclass(frozen=True, slots=True)
class View:
    """What is known of the camera where a vehicle is measured, pixels and metres."""

    focal: Quantity  # pixels
    horizon: Quantity  # row
    vanishing: Quantity  # column where the vehicle's line of travel vanishes


@dataclass(frozen=True, slots=True)
class Size:
    """Metres."""

    width: Quantity
    height: Quantity


def size_of(
    box: NDArray[np.float32], kind: Kind, scale_mm: float, scale_sigma_mm: float, view: View
) -> Size:
    """The size by one look: `box` xyxy, the plate's millimetres a pixel and their sigma."""
    left, top, right, bottom = (float(value) for value in box)
    scale = Quantity(scale_mm / 1000, scale_sigma_mm / 1000)
    across = math.hypot(_EDGE_SHARE * (right - left), _EDGE_PX)
    along = math.hypot(_EDGE_SHARE * (bottom - top), _EDGE_PX)
    height = propagated(
        lambda s, focal, h, b, t, c, r: (
            s * (b - h) * (1 + c / (focal * s)) + s * (h - t) * (1 + r / (focal * s))
        ),
        scale,
        view.focal,
        view.horizon,
        Quantity(bottom, along),
        Quantity(top, along),
        _CONTACT.get(kind, _CONTACT_ELSEWHERE),
        _TOP,
    )
    if top > view.horizon.value - view.horizon.sigma:
        height = Quantity(0.0, math.inf)
    # Seen from the vanishing point, `far` is the edge on the other side of the vehicle.
    is_right = (left + right) / 2 >= view.vanishing.value
    far, near = (right, left) if is_right else (-left, -right)
    vanishing = Quantity(
        view.vanishing.value if is_right else -view.vanishing.value, view.vanishing.sigma
    )
    side = _beyond(near - vanishing.value, vanishing.sigma)
    if side * _length(kind).value > _MOST_SIDE * scale.value * view.focal.value * (far - near):
        return Size(Quantity(0.0, math.inf), height)
    width = propagated(
        lambda s, focal, v, a, e, length, q: (
            s * (a - e) * (1 + q / (focal * s)) - _beyond(e - v, vanishing.sigma) * length / focal
        ),
        scale,
        view.focal,
        vanishing,
        Quantity(far, across),
        Quantity(near, across),
        _length(kind),
        _WIDEST.get(kind, _WIDEST_ELSEWHERE),
    )
    return Size(width, height)


def scale_at_contact(
    kind: Kind, scale_mm: float, scale_sigma_mm: float, focal: Quantity
) -> Quantity:
    """Metres a pixel where the wheels meet the road, by a plate's millimetres a pixel."""
    return propagated(
        lambda s, f, c: s * (1 + c / (f * s)),
        Quantity(scale_mm / 1000, scale_sigma_mm / 1000),
        focal,
        _CONTACT.get(kind, _CONTACT_ELSEWHERE),
    )


def together(looks: list[Quantity]) -> Quantity:
    """What several looks say: they share their errors, so that more of them make it no surer.

    Their scatter adds to what each does not know of itself. Where most could not tell, nothing is
    known: an infinite sigma.
    """
    known = [one for one in looks if math.isfinite(one.sigma)]
    if 2 * len(known) <= len(looks):
        return Quantity(0.0, math.inf)
    values = np.array([one.value for one in known])
    shares = np.array([one.sigma for one in known]) / values
    # A look at which something hides the load or the wheels is too small: the median forgets it.
    value = float(np.median(values))
    alike = max(len(values) / _ALIKE, 1.0)
    scatter = 1.25 * 1.48 * float(np.median(np.abs(values - value))) / math.sqrt(alike)
    return Quantity(value, math.hypot(float(np.median(shares)) * value, scatter))


def _length(kind: Kind) -> Quantity:
    return _LENGTH.get(kind, _LENGTH_ELSEWHERE)


def _beyond(value: float, sigma: float) -> float:
    """What is positive of a value that is known to within `sigma`: the mean of max(x, 0)."""
    if sigma <= 0:
        return max(value, 0.0)
    z = value / sigma
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return value * 0.5 * (1 + math.erf(z / math.sqrt(2))) + sigma * density
