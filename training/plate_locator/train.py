"""Train the plate locator from random weights.

    PYTHONPATH=training/plates python training/plate_locator/train.py --out RUN --minutes 40
        --streets SET [--pictures FOLDER] [--fonts FOLDER] [--resume]

Loss: focal loss on the middles (as in CenterNet, Zhou et al. 2019, equation 1, alpha 2, beta 4),
L1 on the corners near the middles, cross-entropy on the number of lines.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from data import Locations, marked, streets
from fonts import faces
from network import LocatorNet
from render import TRAIN
from torch import nn
from torch.utils.data import DataLoader

sys.path.append(str(Path(__file__).resolve().parents[1]))
from averaging import follow

CHECKPOINT_EVERY_S = 180
LABELS = Path(__file__).with_name("labels.csv.gz")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--minutes", type=float, required=True)
    arguments.add_argument("--streets", type=Path, required=True, help="set with images and labels")
    arguments.add_argument("--pictures", type=Path, help="folder of the marked pictures")
    arguments.add_argument("--real-share", type=float, default=0.5)
    arguments.add_argument("--fonts", type=Path)
    arguments.add_argument("--batch", type=int, default=24)
    arguments.add_argument("--rate", type=float, default=2e-3)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--resume", action="store_true")
    train(arguments.parse_args())


def train(options: argparse.Namespace) -> None:
    random.seed(options.seed)
    np.random.seed(options.seed)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = LocatorNet().to(device, memory_format=torch.channels_last)
    average = deepcopy(model).eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.02)
    step, spent = 0, 0.0
    last = options.out / "last.pt"
    if options.resume and last.exists():
        state = torch.load(last, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
    real = marked(LABELS, options.pictures, "train") if options.pictures else []
    street = streets(options.streets)
    print(f"{len(real)} real pictures, {len(street)} streets", flush=True)
    data = Locations(
        faces(options.fonts), real, street, replace(TRAIN, glare=0.1), options.batch,
        options.seed + step, options.real_share,
    )  # fmt: skip
    stream = iter(DataLoader(data, batch_size=None, num_workers=options.workers, prefetch_factor=6))
    began = saved = time.monotonic()
    running: dict[str, float] = {}
    while True:
        now = time.monotonic()
        done = min((spent + now - began) / (options.minutes * 60), 1.0)
        rate = (
            options.rate
            * min((step + 1) / 200, 1)
            * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)
        )
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = {name: value.to(device, non_blocking=True) for name, value in next(stream).items()}
        picture = batch["picture"].float().to(memory_format=torch.channels_last)
        with torch.autocast(device, dtype=torch.bfloat16):
            output = model(picture)
        parts = losses(output.float(), batch)
        loss = parts["heat"] + 0.5 * parts["corners"] + 0.1 * parts["lines"]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        step += 1
        follow(average, model, 0.998 * (1 - math.exp(-step / 300)))
        for name, value in parts.items():
            running[name] = running.get(name, float(value)) * 0.98 + float(value) * 0.02
        if step % 50 == 0:
            text = " ".join(f"{name} {value:.3f}" for name, value in running.items())
            speed = step * options.batch / (spent + now - began)
            print(f"{done:6.1%} step {step} {text} ({speed:.0f}/s)", flush=True)
        if now - saved > CHECKPOINT_EVERY_S or done >= 1:
            saved = now
            state = {
                "model": model.state_dict(),
                "average": average.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step,
                "spent": spent + now - began,
            }
            torch.save(state, last.with_suffix(".part"))
            last.with_suffix(".part").replace(last)
        if done >= 1:
            return


def losses(output: torch.Tensor, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The three losses of a batch."""
    logit, offsets, two = output[:, 0], output[:, 1:9], output[:, 9]
    chance = logit.sigmoid().clamp(1e-5, 1 - 1e-5)
    heat, weight = batch["heat"], batch["weight"]
    middles = (heat == 1).float()
    hits = -((1 - chance) ** 2) * chance.log() * middles
    misses = -((1 - heat) ** 4) * chance**2 * (1 - chance).log() * (1 - middles) * weight
    count = middles.sum().clamp(min=1)
    inside = batch["inside"]
    apart = (offsets - batch["corners"]).abs().sum(1)
    known = (batch["two"] >= 0).float() * (inside > 0)
    lines = nn.functional.binary_cross_entropy_with_logits(
        two, batch["two"].clamp(min=0), weight=known, reduction="sum"
    )
    return {
        "heat": (hits + misses).sum() / count,
        "corners": (apart * inside).sum() / inside.sum().clamp(min=1e-3),
        "lines": lines / known.sum().clamp(min=1),
    }


if __name__ == "__main__":
    main()
