"""Trains the network on drawn trucks and real crops, each changed anew every time it is seen.

    PYTHONPATH=. python training/cargo/train.py --shards SHARDS --real CROPS \
        --labels training/cargo/labels.csv --detector models/road_users.onnx --out RUN --minutes 60

Shards of render.py whose names `--aside` gives are left out, to measure with.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import cv2
import numpy as np
import torch
from data import UNTOLD, Drawn, Real, changed
from network import TruckParts
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

sys.path.append(str(Path(__file__).resolve().parents[1]))
from averaging import follow

Batch = tuple[Tensor, Tensor, Tensor]
_EYES = 0.2  # of the head's learning rate: the detector's layers know streets already
_MEASURED_BATCHES = 6


class Lessons(IterableDataset[Batch]):
    """Endless batches: pictures (B, 3, 96, 128), parts (B, 48, 64), cargo and view (B, 2)."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._drawn = Drawn(options.shards, options.aside)
        self._real = Real(options.real, options.labels, "train")
        self._batch, self._seed = options.batch, options.seed
        self._reals = round(options.share * options.batch)

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        rng = np.random.default_rng([self._seed, worker.id if worker else 0])
        cv2.setNumThreads(1)
        while True:
            images, parts, answers = [], [], []
            for index in range(self._batch):
                lesson = self._real.one(rng) if index < self._reals else self._drawn.one(rng)
                image, labels = changed(lesson[0], lesson[1], rng)
                images.append(image)
                parts.append(labels[1::2, 1::2])
                answers.append(lesson[2:])
            yield _pictures(images), torch.from_numpy(np.stack(parts)), torch.tensor(answers)


def _pictures(images: list[NDArray[np.uint8]]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.stack(images).transpose(0, 3, 1, 2)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("shards", "real", "labels", "detector", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--aside", nargs="*", default=[], help="shards to leave out")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--share", type=float, default=0.25, help="of real crops in a batch")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="weights.pt to begin with")
    parser.add_argument("--shim", help="module with ensure() to call before torchvision")
    options = parser.parse_args()
    if options.shim:
        importlib.import_module(options.shim).ensure()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    stream = iter(DataLoader(Lessons(options), batch_size=None, num_workers=1, prefetch_factor=4))
    net = TruckParts()
    if options.start:
        net.load_state_dict(torch.load(options.start, weights_only=True))
    else:
        drawn = (next(stream)[0].float() for _ in range(_MEASURED_BATCHES))
        net.eyes.begin_with(options.detector, drawn)
    net = net.to(memory_format=torch.channels_last).train()
    average = deepcopy(net).eval()
    eyes = set(net.eyes.parameters())
    optimizer = torch.optim.AdamW(
        [
            {"params": [one for one in net.parameters() if one not in eyes], "share": 1.0},
            {"params": list(eyes), "share": _EYES},
        ],
        lr=options.rate,
        weight_decay=1e-2,
    )
    tells = nn.CrossEntropyLoss(
        torch.tensor([0.8, 1.0, 0.8, 1.5, 1.2, 1.2, 0.8]), ignore_index=UNTOLD
    )
    says = nn.CrossEntropyLoss(ignore_index=UNTOLD, label_smoothing=0.05)
    options.out.mkdir(parents=True, exist_ok=True)
    began, step, seen = time.monotonic(), 0, []
    while (share := (time.monotonic() - began) / 60 / options.minutes) < 1:
        rate = (
            options.rate * min(1, (step + 1) / 100) * (0.01 + 0.495 * (1 + np.cos(np.pi * share)))
        )
        for group in optimizer.param_groups:
            group["lr"] = rate * group["share"]
        pictures, parts, answers = next(stream)
        out = net(pictures.float().to(memory_format=torch.channels_last))
        cargo, view = answers.long().T
        losses = tells(out[0], parts.long()), says(out[1], cargo), says(out[2], view)
        loss = losses[0] + 0.4 * losses[1] + 0.1 * losses[2]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        follow(average, net, min(0.998, step / (step + 10)))
        seen.append([float(x.detach()) for x in losses])
        step += 1
        if step % 50 == 0:
            mean = np.nanmean(seen[-50:], 0)
            spent = (time.monotonic() - began) / 60
            told = f"parts {mean[0]:.3f} cargo {mean[1]:.3f} view {mean[2]:.3f}"
            print(f"{spent:.1f} min, step {step}: {told}", flush=True)
            torch.save(average.state_dict(), options.out / "weights.pt")
    torch.save(average.state_dict(), options.out / "weights.pt")


if __name__ == "__main__":
    main()
