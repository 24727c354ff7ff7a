"""Train the road-user detector, from random weights or from those that ship.

    python training/detector/train.py --set SET --teacher IR --out RUN --minutes 85 [--resume]
        [--start models/road_users.onnx --rate 0.003]

A YOLO of nano size (Ultralytics' architecture and loss) on a GPU where there is one, else on CPU;
in bfloat16 where the processor multiplies in it. The learning rate follows the clock, so that a
training of any length ends fully decayed. A checkpoint is written every few minutes; `--resume`
goes on from the last one; `--start` begins with the weights of a shipped ONNX (`start.py`), so that
every training adds to the one before. With `--teacher` the student imitates the teacher's raw
output (`teacher.py`) besides learning the labels.
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import random
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")

import numpy as np
import torch
from data import Clock, RoadUsers
from orthogonal import orthogonal
from start import start
from teacher import SIDES
from torch import nn
from torch.utils.data import DataLoader

sys.path.append(str(Path(__file__).resolve().parents[1]))
from averaging import follow

NAMES = {0: "person", 1: "bicycle", 2: "motorcycle", 3: "car", 4: "bus", 5: "truck"}
CHECKPOINT_EVERY_S = 240
MEASURED_BATCHES = 6  # for the statistics of the BatchNorms of shipped weights


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--set", type=Path, required=True)
    arguments.add_argument("--teacher", type=Path, help="OpenVINO IR of a YOLO11 or YOLOv8")
    arguments.add_argument("--labels", type=float, default=1.0, help="weight of the labels' loss")
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--minutes", type=float, required=True)
    arguments.add_argument("--architecture", default="yolo11n.yaml")
    arguments.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[256, 256, 256, 320, 320, 384],
        help="sides of the pictures, one after another through the training",
    )
    arguments.add_argument("--batch", type=int, default=16)
    arguments.add_argument("--rate", type=float, default=0.01)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--shim", help="module with ensure() to call before torchvision")
    arguments.add_argument("--start", type=Path, help="an ONNX of export.py to go on from")
    arguments.add_argument(
        "--freeze", type=int, default=0, help="layers from the first on that stay as they are"
    )
    arguments.add_argument("--resume", action="store_true")
    options = arguments.parse_args()
    if options.shim:
        importlib.import_module(options.shim).ensure()
    train(options)


def build(architecture: str) -> nn.Module:
    """An untrained model with the loss's hyperparameters attached."""
    from ultralytics.cfg import get_cfg
    from ultralytics.nn.tasks import DetectionModel

    model = DetectionModel(architecture, ch=3, nc=len(NAMES), verbose=False)
    model.names = NAMES
    model.args = get_cfg(overrides={"epochs": 100})
    return model


def train(options: argparse.Namespace) -> None:
    from ultralytics.optim import muon

    random.seed(options.seed)
    np.random.seed(options.seed)
    torch.manual_seed(options.seed)
    # Beside other work, one thread is far faster than two that wait for each other.
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build(options.architecture).to(device, memory_format=torch.channels_last)
    clock, step, stream = Clock(options.minutes * 60), 0, None
    last = options.out / "last.pt"
    resumed = options.resume and last.exists()
    if options.start and not resumed:
        stream = _stream(options, step, clock)
        drawn = [next(stream)["img"] for _ in range(MEASURED_BATCHES)]
        start(model, options.start, (batch.to(device).float() / 255 for batch in drawn))
    average = deepcopy(model).eval()
    optimizer = _optimizer(model, options.rate)
    base_rates = [group["lr"] for group in optimizer.param_groups]
    if resumed:
        state = torch.load(last, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, clock = state["step"], Clock(options.minutes * 60, state["spent"])
    _train_from(model, options.freeze)
    # Without instructions for it bfloat16 is nine times slower than float32, not twice as fast.
    half = device == "cuda" or torch.cpu.get_capabilities().get("avx512_bf16", False)
    if not half:
        muon.zeropower_via_newtonschulz5 = orthogonal
    if stream is None:
        stream = _stream(options, step, clock)
    criterion = model.init_criterion()
    saved = clock.spent()
    running: dict[str, float] = {}
    while True:
        now, done = clock.spent(), clock.done()
        warm = min((step + 1) / (100 if options.start else 200), 1.0)
        for group, rate in zip(optimizer.param_groups, base_rates, strict=True):
            group["lr"] = rate * warm * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)
        batch = {name: value.to(device, non_blocking=True) for name, value in next(stream).items()}
        batch["img"] = batch["img"].to(memory_format=torch.channels_last).float() / 255
        with torch.autocast(device, dtype=torch.bfloat16, enabled=half):
            output = model(batch["img"])
        # Coordinates need more than bfloat16's eight bits: only the network runs in it.
        output = _in_full(output)
        loss, items = torch.zeros((), device=device), {}
        if options.labels:
            parts, items = criterion(output, batch)
            loss = loss + options.labels * parts.sum()
        if "teacher" in batch:
            imitated, more = imitation(output, batch["teacher"])
            loss, items = loss + imitated * len(batch["img"]), items | more
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimizer.step()
        step += 1
        # About the last tenth of the steps so far, at most a thousand.
        follow(average, model, min(1 - 1 / (1 + step / 10), 0.999))
        # The end-to-end loss shifts weight from the many-to-one to the one-to-one head.
        _progress(criterion, done)
        for name, value in items.items():
            running[name] = running.get(name, float(value)) * 0.98 + float(value) * 0.02
        if step % 25 == 0:
            losses = " ".join(f"{name} {value:.3f}" for name, value in running.items())
            seen = step * options.batch
            print(f"{done:6.1%} step {step} pictures {seen} loss {losses}", flush=True)
        if now - saved > CHECKPOINT_EVERY_S or done >= 1:
            saved = now
            state = {
                "model": model.state_dict(),
                "average": average.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step,
                "spent": now,
                "architecture": options.architecture,
            }
            torch.save(state, last.with_suffix(".part"))
            last.with_suffix(".part").replace(last)
        if done >= 1:
            return


def _stream(options: argparse.Namespace, step: int, clock: Clock) -> Iterator[dict[str, Any]]:
    data = RoadUsers(
        options.set,
        tuple(options.sizes),
        options.batch,
        options.seed + step,
        options.teacher,
        clock,
    )
    return iter(DataLoader(data, batch_size=None, num_workers=1, prefetch_factor=4))


def _optimizer(model: nn.Module, rate: float) -> torch.optim.Optimizer:
    """MuSGD as Ultralytics' trainer sets it up: orthogonalised updates for matrices and filters."""
    from ultralytics.optim import MuSGD

    matrices, norms, biases = [], [], []
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False):
            if parameter.ndim in (2, 4):
                matrices.append(parameter)
            elif "bias" in name:
                biases.append(parameter)
            else:
                norms.append(parameter)
    common = {"lr": rate, "momentum": 0.9, "nesterov": True}
    return MuSGD(
        [
            {"params": matrices, **common, "weight_decay": 5e-4, "use_muon": True},
            {"params": norms, **common, "weight_decay": 0.0},
            {"params": biases, **common, "weight_decay": 0.0},
        ],
        muon=0.2,
        sgd=1.0,
    )


def _train_from(model: Any, layer: int) -> None:
    """Put a model into training but for its first layers, which need no way back then."""
    model.train()
    for frozen in model.model[:layer]:
        frozen.eval()
        frozen.requires_grad_(False)


def _progress(criterion: Any, done: float) -> None:
    """Ultralytics moves its end-to-end loss on once an epoch; here an epoch is a hundredth."""
    if hasattr(criterion, "update"):
        while getattr(criterion, "updates", 100) < int(done * 100):
            criterion.update()


def _in_full(output: Any) -> Any:
    """The network's output with every tensor in float32."""
    if isinstance(output, torch.Tensor):
        return output.float()
    if isinstance(output, dict):
        return {name: _in_full(value) for name, value in output.items()}
    if isinstance(output, list | tuple):
        return [_in_full(value) for value in output]
    return output


def imitation(
    output: dict[str, torch.Tensor], lesson: torch.Tensor
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Loss against the teacher's raw output (B, 64 + C, N), cell by cell.

    Classes: cross-entropy with the teacher's probabilities. Sides: cross-entropy between the
    distributions over 16 bins, weighted by how sure the teacher is that the cell holds something.
    """
    sides, chances = lesson[:, :SIDES], lesson[:, SIDES:].sigmoid()
    sure = chances.amax(1)  # (B, N)
    total = sure.sum().clamp(min=1)
    classes = nn.functional.binary_cross_entropy_with_logits(
        output["scores"], chances, reduction="sum"
    )
    shape = (len(lesson), 4, SIDES // 4, -1)
    bins = output["boxes"].view(shape).log_softmax(2)
    wanted = sides.view(shape).softmax(2)
    shapes = (-(wanted * bins).sum(2).mean(1) * sure).sum()
    items = {"t_cls": classes.detach() / total, "t_sides": shapes.detach() / total}
    return (classes + 1.5 * shapes) / total, items


if __name__ == "__main__":
    main()
