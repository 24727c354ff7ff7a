"""Trains the head on what lessons.py kept.

python train.py --lessons LESSONS --out RUN --minutes 20
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from data import UNTOLD
from network import LAYERS, TruckParts
from torch import nn


class Kept:
    """Lessons of one folder, in memory or mapped from disk."""

    def __init__(self, folder: Path) -> None:
        self.maps = [np.load(folder / f"maps{layer}.npy", mmap_mode="r") for layer in LAYERS]
        self.parts = np.load(folder / "parts.npy")
        self.answers = np.load(folder / "answers.npy")
        cargo = np.minimum(self.answers[:, 0], 5)
        counts = np.bincount(cargo, minlength=6)
        chances = 1 / np.sqrt(counts[cargo])
        self.chances = chances / chances.sum()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lessons", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--share", type=float, default=0.25, help="of real crops in a batch")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="weights to begin with")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    folders = sorted(path.parent for path in options.lessons.glob("*/answers.npy"))
    drawn = [Kept(folder) for folder in folders if folder.name != "real"]
    real = Kept(options.lessons / "real")
    sizes = np.array([len(kept.parts) for kept in drawn], float)
    print(f"{sizes.sum():.0f} drawn, {len(real.parts)} real")
    net = TruckParts().to(memory_format=torch.channels_last).train()
    if options.start:
        net.load_state_dict(torch.load(options.start, weights_only=True))
    average = {key: value.clone() for key, value in net.state_dict().items()}
    optimizer = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=1e-2)
    tells = nn.CrossEntropyLoss(
        torch.tensor([0.8, 1.0, 0.8, 1.5, 1.2, 1.2, 0.8]), ignore_index=UNTOLD
    )
    says = nn.CrossEntropyLoss(ignore_index=UNTOLD, label_smoothing=0.05)
    options.out.mkdir(parents=True, exist_ok=True)
    began, step, seen = time.monotonic(), 0, []
    many = round(options.share * options.batch)
    while (share := (time.monotonic() - began) / 60 / options.minutes) < 1:
        rate = options.rate * min(1, (step + 1) / 50) * (0.02 + 0.49 * (1 + np.cos(np.pi * share)))
        optimizer.param_groups[0]["lr"] = rate
        which = rng.choice(len(drawn), p=sizes / sizes.sum())
        rows = np.sort(rng.choice(len(drawn[which].parts), options.batch - many, replace=False))
        others = np.sort(rng.choice(len(real.parts), many, p=real.chances))
        maps = [
            torch.from_numpy(np.concatenate([a[rows], b[others]]).astype(np.float32)).contiguous(
                memory_format=torch.channels_last
            )
            for a, b in zip(drawn[which].maps, real.maps, strict=True)
        ]
        parts = np.concatenate([drawn[which].parts[rows], real.parts[others]]).astype(np.int64)
        answers = np.concatenate([drawn[which].answers[rows], real.answers[others]])
        cargo, view = torch.from_numpy(answers.astype(np.int64)).T
        out = net(maps)
        losses = tells(out[0], torch.from_numpy(parts)), says(out[1], cargo), says(out[2], view)
        loss = losses[0] + 0.4 * losses[1] + 0.1 * losses[2]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        keep = min(0.995, step / (step + 10))
        for key, value in net.state_dict().items():
            if value.dtype.is_floating_point:
                average[key].mul_(keep).add_(value, alpha=1 - keep)
            else:
                average[key].copy_(value)
        seen.append([float(x.detach()) for x in losses])
        step += 1
        if step % 50 == 0:
            mean = np.nanmean(seen[-50:], 0)
            spent = (time.monotonic() - began) / 60
            told = f"parts {mean[0]:.3f} cargo {mean[1]:.3f} view {mean[2]:.3f}"
            print(f"{spent:.1f} min, step {step}: {told}", flush=True)
            torch.save(average, options.out / "weights.pt")
    torch.save(average, options.out / "weights.pt")


if __name__ == "__main__":
    main()
