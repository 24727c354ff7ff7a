"""A training that goes on from shipped weights, without a checkpoint.

The shipped ONNX holds each convolution with its BatchNorm folded in: a filter and a bias. Training
wants the BatchNorm back. Any statistics will do as long as the network stays the same function, so
they are measured: with m and v the mean and variance of a filter's output on training pictures, and
the filter made a unit long (what stands before a BatchNorm has no scale of its own; of equal length
all filters learn at the same pace),

    w = w' / |w'|,  gamma = sqrt(v + eps) * |w'|,  beta = b' + m * |w'|,

where w' and b' are the folded ones and m and v are those of w.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

HEAD_PREFIX = "dfl"  # a fixed sum over bins: no weight of a training


def start(model: nn.Module, file: Path, batches: Iterable[Tensor]) -> None:
    """Give a model the weights of a shipped ONNX, and BatchNorms that fit `batches`.

    `batches`: pictures (B, 3, S, S), 0 to 1, RGB, as they are trained on. Raises ValueError where
    the file holds another architecture.
    """
    folded = {
        entry.name: torch.from_numpy(numpy_helper.to_array(entry).copy())
        for entry in onnx.load(str(file)).graph.initializer
    }
    pairs = _pairs(model)
    missing = {f"{conv}.{part}" for conv in pairs for part in ("weight", "bias")} - folded.keys()
    if missing:
        raise ValueError(f"{file} lacks {len(missing)} tensors, {min(missing)} among them")
    with torch.no_grad():
        for name, (conv, norm) in pairs.items():
            weight, bias = folded[f"{name}.weight"], folded[f"{name}.bias"]
            if weight.shape != conv.weight.shape:
                raise ValueError(
                    f"{file}: {name} is {tuple(weight.shape)}, not {tuple(conv.weight.shape)}"
                )
            if norm is None:
                conv.weight.copy_(weight)
                conv.bias.copy_(bias)
                continue
            length = weight.flatten(1).norm(dim=1).clamp(min=1e-6)
            conv.weight.copy_(weight / length.view(-1, 1, 1, 1))
            # Until the statistics are measured: a BatchNorm that gives back what the file says.
            norm.running_mean.zero_()
            norm.running_var.fill_(1 - norm.eps)
            norm.weight.copy_(length)
            norm.bias.copy_(bias)
        _measure(model, [pair for pair in pairs.values() if pair[1] is not None], batches)


def _pairs(model: nn.Module) -> dict[str, tuple[nn.Conv2d, nn.BatchNorm2d | None]]:
    """Each trained convolution by name, with the BatchNorm behind it."""
    modules = dict(model.named_modules())
    pairs: dict[str, tuple[nn.Conv2d, nn.BatchNorm2d | None]] = {}
    for name, module in modules.items():
        if isinstance(module, nn.Conv2d) and HEAD_PREFIX not in name:
            norm = modules.get(f"{name.removesuffix('.conv')}.bn")
            pairs[name] = (module, norm if isinstance(norm, nn.BatchNorm2d) else None)
    return pairs


def _measure(
    model: nn.Module, pairs: list[tuple[nn.Conv2d, nn.BatchNorm2d]], batches: Iterable[Tensor]
) -> None:
    sums: dict[nn.Module, Tensor] = {}

    def watch(conv: nn.Module, _: object, output: Tensor) -> None:
        values = output.double()
        moments = [values.mean((0, 2, 3)), values.square().mean((0, 2, 3))]
        new = torch.stack([*moments, torch.ones_like(moments[0])])
        sums[conv] = sums.get(conv, torch.zeros_like(new)) + new

    hooks = [conv.register_forward_hook(watch) for conv, _ in pairs]
    training = model.training
    model.eval()
    for batch in batches:
        model(batch)
    for hook in hooks:
        hook.remove()
    model.train(training)
    for conv, norm in pairs:
        total, squares, count = sums[conv]
        mean = total / count
        variance = (squares / count - mean.square()).clamp(min=1e-8)
        length, bias = norm.weight.double(), norm.bias.double()
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt() * length)
        norm.bias.copy_(bias + mean * length)
