"""Muon's orthogonalisation in float32, for processors without bfloat16.

Ultralytics' MuSGD brings each update near the closest orthogonal matrix in bfloat16. Where the
processor has to imitate that format, this alone took three quarters of a training step.
"""

from __future__ import annotations

from torch import Tensor

# A polynomial a x + b x^3 + c x^5 whose iteration takes all singular values near 1 (K. Jordan et
# al., "Muon: an optimizer for hidden layers in neural networks", 2024).
_LINEAR, _CUBIC, _QUINTIC = 3.4445, -4.7750, 2.0315
_ITERATIONS = 5


def orthogonal(matrices: Tensor, eps: float = 1e-7) -> Tensor:
    """(..., R, C) near-orthogonal matrices with the directions of the given ones."""
    wide = matrices.size(-2) <= matrices.size(-1)
    x = matrices.float() if wide else matrices.float().mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + eps)
    for _ in range(_ITERATIONS):
        square = x @ x.mT
        x = _LINEAR * x + (_CUBIC * square + _QUINTIC * square @ square) @ x
    return x if wide else x.mT
