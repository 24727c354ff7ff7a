"""The weights that are exported: a moving average over the training's steps."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Exponential moving average of the weights; what is no number is copied."""
    current = model.state_dict()
    for name, value in average.state_dict().items():
        if value.dtype.is_floating_point:
            value.mul_(decay).add_(current[name].detach(), alpha=1 - decay)
        else:
            value.copy_(current[name])
