"""Fit the confidence of the plate reader: the weights in `pipeline/plates/shipped_reader.py`.

    PYTHONPATH=. python training/plates/evaluate.py ... --seed 5000 --save FIT.npy
    python training/plates/calibrate.py FIT.npy

A logistic model of the features of each reading, right or wrong; half of the rows fit it, the other
half say how honest it is. Prints the weights to be written into the program.
"""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np

_RIDGE = 0.02


def main() -> None:
    rows = np.load(sys.argv[1])
    rows = rows[rows[:, 0] == 1]  # readings without a text have no features
    order = np.random.default_rng(0).permutation(len(rows))
    fit, check = rows[order[::2]], rows[order[1::2]]
    weights = _fit(fit[:, :-2], fit[:, -2])
    print("_WEIGHTS =", tuple(round(float(w), 3) for w in weights))
    said = 1 / (1 + np.exp(-check[:, :-2] @ weights))
    error = 0.0
    for low, high in pairwise((0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 1.01)):
        held = (said >= low) & (said < high)
        if held.any():
            right = check[held, -2].mean()
            error += abs(said[held].mean() - right) * held.mean()
            print(f"{low:.2f} to {high:.2f} {held.sum():6d} {said[held].mean():.3f} {right:.3f}")
    print(f"expected calibration error {error:.4f}")


def _fit(features: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Newton's method on the penalised log likelihood."""
    weights = np.zeros(features.shape[1])
    for _ in range(50):
        said = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (right - said) - _RIDGE * weights
        spread = features.T * (said * (1 - said)) @ features + _RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(spread, slope)
    return weights


if __name__ == "__main__":
    main()
