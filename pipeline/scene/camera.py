"""A camera over level ground: metres from pixels, each with one standard deviation.

A pinhole without roll at height H over a level road, focal length f in pixels, horizon in row h:
what stands on the road with its foot in row y is f H / (y - h) metres ahead, and a pixel there is
H / (y - h) metres wide and high (Hoiem, Efros and Hebert, Putting Objects in Perspective, 2008,
eq. 1; Hartley and Zisserman, Multiple View Geometry, 8.6). Sizes need no focal length; distances
and speeds do.

Uncertainties are propagated (`pipeline.scene.quantity`). The height is estimated for a given
horizon, H = M (y - h) / n from things of M metres and n pixels, so that it falls with h by M / n a
row: what a mistaken horizon does to a size at their distance cancels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.scene.ground import Path
from pipeline.scene.quantity import Quantity, combined, propagated
from pipeline.types import FloatArray, Kind

# What vehicles usually measure from the road up, as the detector's boxes have them, and its spread
# from one to the next. A motorbike's box ends somewhere between its seat and its rider's head.
HEIGHTS_M = {
    Kind.CAR: (1.5, 0.12),
    Kind.MOTORBIKE: (1.4, 0.3),
    Kind.BUS: (3.0, 0.4),
    Kind.TRUCK: (2.7, 0.5),
}
FOCAL, FOCAL_SIGMA = 0.9, 0.18  # of the picture's width: dashcams (wider) and phones (narrower)
_BOXES = 0.05  # of a height, by which the detector's boxes are too large or too small as a habit
_HIDDEN = 0.3  # of a height, where a vehicle is half hidden or not of its kind; shared by all seen
_LEAST_GROWTH = 1.3  # of heights, from least to greatest, to tell the horizon by
_NEARLY_LEVEL_PX = 0.01  # of the picture's width: no road is so level, no camera so upright
_WEIGHTED_MEDIAN = 1.25  # a median's standard deviation over a mean's


@dataclass(frozen=True, slots=True)
class Height:
    """The camera's height over the road for a given horizon."""

    metres: Quantity
    per_px: float  # by how much it changes with the horizon, metres a row

    @classmethod
    def together(cls, estimates: Sequence[Height]) -> Height | None:
        """The mean of independent estimates, as `combined`."""
        metres = combined([one.metres for one in estimates])
        if metres is None:
            return None
        weights = [one.metres.sigma**-2 for one in estimates]
        return cls(metres, float(np.average([one.per_px for one in estimates], weights=weights)))


@dataclass(frozen=True, slots=True)
class LevelGround:
    """A pinhole camera without roll over level ground, and how well it is known."""

    horizon_px: float  # row
    middle_px: float  # column
    focal_px: float
    camera_m: float  # its height
    horizon_sigma_px: float = 0.0
    focal_sigma_px: float = 0.0
    camera_sigma_m: float = 0.0  # if the horizon were known
    camera_per_px: float = 0.0  # by how much its height changes with the horizon, metres a row

    @property
    def horizon(self) -> Quantity:
        return Quantity(self.horizon_px, self.horizon_sigma_px)

    @property
    def focal(self) -> Quantity:
        return Quantity(self.focal_px, self.focal_sigma_px)

    @property
    def camera(self) -> Quantity:
        by_horizon = self.camera_per_px * self.horizon_sigma_px
        return Quantity(self.camera_m, math.hypot(self.camera_sigma_m, by_horizon))

    @property
    def _own(self) -> Quantity:
        """Its height at the horizon that was found."""
        return Quantity(self.camera_m, self.camera_sigma_m)

    def _at(self, height: float, horizon: float) -> float:
        """The height where the horizon is another than the one that was found."""
        return height + self.camera_per_px * (horizon - self.horizon_px)

    def place(self, feet: FloatArray) -> FloatArray:
        """(N, 2) metres to the right and ahead, of feet (N, 2) in pixels; NaN at the horizon."""
        below = feet[:, 1] - self.horizon_px
        below = np.where(below > 1.0, below, np.nan)
        ahead = self.focal_px * self.camera_m / below
        return np.column_stack([(feet[:, 0] - self.middle_px) * self.camera_m / below, ahead])

    def scale(self, foot_row: Quantity) -> Quantity:
        """Metres a pixel measures at what stands with its foot in a row; NaN at the horizon."""
        return propagated(
            lambda height, row, horizon: self._at(height, horizon) / _below(row - horizon),
            self._own,
            foot_row,
            self.horizon,
        )

    def size(self, extent_px: Quantity, foot_row: Quantity) -> Quantity:
        """Metres of an extent across the line of sight at what stands with its foot in a row."""
        return propagated(
            lambda extent, height, row, horizon: (
                extent * self._at(height, horizon) / _below(row - horizon)
            ),
            extent_px,
            self._own,
            foot_row,
            self.horizon,
        )

    def ahead(self, foot_row: Quantity) -> Quantity:
        """Metres ahead of the camera of a foot in a row."""
        return propagated(
            lambda focal, height, row, horizon: (
                focal * self._at(height, horizon) / _below(row - horizon)
            ),
            self.focal,
            self._own,
            foot_row,
            self.horizon,
        )

    def speed(self, rows: FloatArray, times_s: FloatArray, row_sigma_px: float) -> Quantity:
        """Metres per second away from the camera (it may move itself) of a foot in rows (N,).

        The slope of its distances over times (N,), weighted by how well each is known.
        """
        if len(rows) < 2 or np.ptp(times_s) <= 0:
            return Quantity(math.nan, math.nan)

        def slope(focal: float, height: float, horizon: float) -> float:
            below = np.maximum(rows - horizon, 1.0)
            return _slope(times_s, focal * self._at(height, horizon) / below, below**2)

        scene = propagated(slope, self.focal, self._own, self.horizon)
        below = np.maximum(rows - self.horizon_px, 1.0)
        weights = below**4 / (self.focal_px * self.camera_m * row_sigma_px) ** 2
        late = times_s - np.average(times_s, weights=weights)
        own = float((weights * late**2).sum()) ** -0.5
        return Quantity(scene.value, math.hypot(scene.sigma, own))

    @classmethod
    def under(cls, ways: Sequence[Path], width_px: int) -> LevelGround | None:
        """The ground that these ways run over, or None where they do not tell."""
        horizon = horizon_of(ways, width_px)
        if horizon is None:
            return None
        height = height_of(ways, horizon)
        focal = Quantity(FOCAL * width_px, FOCAL_SIGMA * width_px)
        return None if height is None else cls.of(horizon, width_px, focal, height)

    @classmethod
    def of(
        cls, horizon: Quantity, width_px: int, focal: Quantity, height: Height
    ) -> LevelGround | None:
        """The ground under a camera that looks along the middle; None for an impossible height."""
        if not 0.3 < height.metres.value < 20:
            return None
        return cls(
            horizon.value,
            width_px / 2,
            focal.value,
            height.metres.value,
            horizon.sigma,
            focal.sigma,
            height.metres.sigma,
            height.per_px,
        )


def horizon_of(ways: Sequence[Path], width_px: int) -> Quantity | None:
    """The row where vehicles would have no height, or None where nothing shows it."""
    found = [_intercept(way.heights, way.feet[:, 1]) for way in ways]
    cars = [way for way in ways if way.track.kind is Kind.CAR]
    if not any(found) and len(cars) >= 2:
        # A road seen from the side: nobody grows, but the nearer ones are larger.
        heights = np.concatenate([way.heights for way in cars])
        found = [_intercept(heights, np.concatenate([way.feet[:, 1] for way in cars]))]
    known = [one for one in found if one is not None]
    if not known:
        return None
    rows, weights, sigmas = np.array(known).T
    row = _weighted_median(rows, weights)
    # One way tells its own error; several tell theirs by how they differ.
    own = float(np.average(sigmas, weights=weights))
    apart = math.sqrt(float(np.average((rows - row) ** 2, weights=weights)))
    sigma = _WEIGHTED_MEDIAN * max(own, apart) / math.sqrt(len(known))
    return Quantity(row, math.hypot(sigma, _NEARLY_LEVEL_PX * width_px))


def height_of(ways: Sequence[Path], horizon: Quantity) -> Height | None:
    """The camera's height by what vehicles usually measure; None where none is of a known kind."""
    values, weights = [], []
    slopes = []
    for way in ways:
        usual = HEIGHTS_M.get(way.track.kind)
        if usual is None or not len(way):
            continue
        metres, spread = usual
        values.append(float(np.median(metres * (way.feet[:, 1] - horizon.value) / way.heights)))
        slopes.append(float(np.median(metres / way.heights)))
        weights.append((metres / spread) ** 2)
    if not values:
        return None
    height = _weighted_median(np.array(values), np.array(weights))
    share = math.hypot(_WEIGHTED_MEDIAN * sum(weights) ** -0.5, _BOXES, _HIDDEN / len(values))
    return Height(Quantity(height, share * height), -float(np.median(slopes)))


def _intercept(heights: FloatArray, feet: FloatArray) -> tuple[float, float, float] | None:
    """Row of height 0 by least squares, what that is worth, and its error in pixels.

    None where heights hardly differ.
    """
    low, high = np.percentile(heights, (10, 90))
    if low <= 0 or high / low < _LEAST_GROWTH:
        return None
    slope, row = np.polyfit(heights, feet, 1)
    if slope <= 0:
        return None
    rest = feet - slope * heights - row
    spread = float(((heights - heights.mean()) ** 2).sum())
    # Neighbouring looks err alike: a fifth of them count.
    count = max(len(feet) / 5, 1.0)
    error = float(np.sqrt((rest**2).mean() * (1 / count + heights.mean() ** 2 / spread * 5)))
    return float(row), math.log(high / low), error


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][int(np.searchsorted(total, total[-1] / 2))])


def _slope(times: FloatArray, values: FloatArray, roots: FloatArray) -> float:
    """Slope by least squares with weights `roots` squared."""
    weights = roots**2
    late = times - np.average(times, weights=weights)
    return float((weights * late * values).sum() / (weights * late**2).sum())


def _below(rows: float) -> float:
    return rows if rows > 1.0 else math.nan
