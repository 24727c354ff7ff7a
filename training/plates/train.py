"""Train the plate reader from random weights.

    python training/plates/train.py --out RUN --minutes 60 [--fonts FOLDER] [--streets FOLDER]
        [--pictures FOLDER] [--resume]

Rendered plates without end, real ones (`labels.csv`, where `--pictures` has them) among them. On
CPU the network runs in bfloat16; a GPU is used where there is one. The learning rate follows the
clock; a checkpoint is written every three minutes, and `--resume` goes on from it.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import time
from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
from data import Plates, crops
from fonts import faces
from network import PlateNet
from render import TRAIN, street_pieces
from torch import nn
from torch.utils.data import DataLoader

sys.path.append(str(Path(__file__).resolve().parents[1]))
from averaging import follow

CHECKPOINT_EVERY_S = 180
LABELS = Path(__file__).with_name("labels.csv")
HELD_OUT_FACES = ("OSP-DIN", "barlow-condensed-latin-500-normal", "RobotoCondensed-Medium")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--minutes", type=float, required=True)
    arguments.add_argument("--fonts", type=Path, help="folder of further fonts")
    arguments.add_argument("--streets", type=Path, help="folder of street pictures, for the ground")
    arguments.add_argument("--pictures", type=Path, help="folder of the pictures of labels.csv")
    arguments.add_argument("--real-share", type=float, default=0.3)
    arguments.add_argument("--batch", type=int, default=64)
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
    model = PlateNet().to(device, memory_format=torch.channels_last)
    average = deepcopy(model).eval()
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.03}, {"params": others, "weight_decay": 0.0}],
        lr=options.rate,
        betas=(0.9, 0.98),
    )
    step, spent = 0, 0.0
    last = options.out / "last.pt"
    if options.resume and last.exists():
        state = torch.load(last, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
    real = crops(LABELS, options.pictures, "train") if options.pictures else []
    known = [face for face in faces(options.fonts) if face.name not in HELD_OUT_FACES]
    print(f"{len(known)} faces, {len(real)} real crops", flush=True)
    stream = iter(
        DataLoader(
            Plates(
                known,
                street_pieces(options.streets),
                TRAIN,
                options.batch,
                options.seed + step,
                real,
                options.real_share,
            ),
            batch_size=None,
            num_workers=options.workers,
            prefetch_factor=6,
        )
    )
    began = saved = time.monotonic()
    running = {"loss": math.log(39), "exact": 0.0}
    while True:
        now = time.monotonic()
        done = min((spent + now - began) / (options.minutes * 60), 1.0)
        rate = (
            options.rate
            * min((step + 1) / 300, 1)
            * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)
        )
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = {name: value.to(device, non_blocking=True) for name, value in next(stream).items()}
        picture = batch["picture"].float().to(memory_format=torch.channels_last)
        with torch.autocast(device, dtype=torch.bfloat16):
            symbols, colour = model(picture)
        loss = nn.functional.cross_entropy(symbols.float().flatten(0, 1), batch["codes"].flatten())
        loss = loss + 0.05 * nn.functional.cross_entropy(colour.float(), batch["colour"])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        step += 1
        follow(average, model, 0.999 * (1 - math.exp(-step / 500)))
        exact = float((symbols.argmax(-1) == batch["codes"]).all(1).float().mean())
        for name, value in (("loss", float(loss)), ("exact", exact)):
            running[name] = running[name] * 0.98 + value * 0.02
        if step % 100 == 0:
            seen = step * options.batch
            print(
                f"{done:6.1%} step {step} plates {seen} loss {running['loss']:.3f} "
                f"exact {running['exact']:.3f} ({seen / (spent + now - began):.0f}/s)",
                flush=True,
            )
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


if __name__ == "__main__":
    main()
