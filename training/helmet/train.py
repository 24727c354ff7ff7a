"""Train the helmet network on a set that `prepare.py` wrote.

    PYTHONPATH=.:training python training/helmet/train.py --set SET.npz --uses train \
        --detector models/road_users.onnx --out RUN --minutes 20

`--start RUN/last.pt` goes on from a run's weights (a second source added, say). The clock sets the
learning rate; `last.pt` holds a moving average of the weights.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from averaging import follow
from data import Heads
from network import HelmetNet
from torch.nn import functional

KNOWN_RATE = 0.4  # of the rate, for the layers that the detector brings
SMOOTHING = 0.06  # labels by eye are not always right


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--set", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--uses", nargs="+", default=["train"])
    arguments.add_argument("--minutes", type=float, default=20)
    arguments.add_argument("--batch", type=int, default=64)
    arguments.add_argument("--rate", type=float, default=2e-3)
    arguments.add_argument("--detector", type=Path, help="to begin with: models/road_users.onnx")
    arguments.add_argument("--start", type=Path, help="last.pt of a run to go on from")
    options = arguments.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    heads = Heads(options.set, tuple(options.uses))
    chances = heads.chances()
    network = HelmetNet(options.detector).to(memory_format=torch.channels_last)
    if options.start:
        network.load_state_dict(torch.load(options.start, weights_only=True)["average"])
    average = copy.deepcopy(network)
    known = list(network.model.parameters())
    fresh = [each for name, each in network.named_parameters() if not name.startswith("model.")]
    optimizer = torch.optim.AdamW(
        [{"params": known, "share": KNOWN_RATE}, {"params": fresh, "share": 1.0}],
        lr=options.rate,
        weight_decay=0.02,
    )
    options.out.mkdir(parents=True, exist_ok=True)
    begun = saved = time.monotonic()
    step, losses = 0, []
    while (done := (time.monotonic() - begun) / 60 / options.minutes) < 1:
        rate = options.rate * min(1, (step + 1) / 40) * (0.5 + 0.5 * math.cos(math.pi * done))
        for group in optimizer.param_groups:
            group["lr"] = rate * group["share"]
        drawn = rng.choice(len(heads), options.batch, p=chances)
        looks, answers = zip(*(heads.spoilt(int(index), rng) for index in drawn), strict=True)
        pictures = torch.from_numpy(np.stack(looks).transpose(0, 3, 1, 2).astype(np.float32))
        network.train()
        logits = network(pictures.contiguous(memory_format=torch.channels_last))
        loss = functional.cross_entropy(logits, torch.tensor(answers), label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()
        step += 1
        follow(average, network, min(0.995, 1 - 1 / (step + 1)))
        losses.append(float(loss.detach()))
        if step % 100 == 0:
            print(f"{step} {done:.2f} loss {np.mean(losses[-100:]):.3f}", flush=True)
        if time.monotonic() - saved > 60:
            saved = time.monotonic()
            torch.save({"average": average.state_dict(), "step": step}, options.out / "last.pt")
    torch.save({"average": average.state_dict(), "step": step}, options.out / "last.pt")
    print(f"{step} steps, {step * options.batch} looks", flush=True)


if __name__ == "__main__":
    main()
