"""How well the helmet network tells bare heads, on uses of the set that were not trained on.

    PYTHONPATH=. python training/helmet/evaluate.py --set SET.npz --model models/helmet.onnx \
        --uses test

Prints, for each repository and each size of head, what precision and recall a single look has,
how honest its probabilities are, and what temperature would make them so. Both classes weigh alike:
the trait is the probability with bare and helmet equally likely beforehand. `--quantiles` prints
the log odds by class and size that the driving range draws from.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnxruntime
from data import BARE, UNCLEAR, Heads
from numpy.typing import NDArray

from pipeline.closeups.helmets import TEMPERATURE

HEAD_OF_LOOK = 0.315  # height of a head in sides of a look
SIZES = ((0, 16), (16, 24), (24, 40), (40, 1e9))
SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 1.0)

Floats = NDArray[np.float64]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--set", type=Path, required=True)
    arguments.add_argument("--model", type=Path, required=True)
    arguments.add_argument("--uses", nargs="+", default=["test"])
    arguments.add_argument("--temperature", type=float, default=TEMPERATURE)
    arguments.add_argument("--quantiles", action="store_true")
    options = arguments.parse_args()
    heads = Heads(options.set, tuple(options.uses))
    logits = answered(options.model, heads)
    told = heads.answers != UNCLEAR
    odds = (logits[:, BARE] - logits[:, 0])[told]
    bare, sizes = heads.answers[told] == BARE, heads.natives[told] * HEAD_OF_LOOK
    print(f"temperature that fits these best: {fitted(odds, bare):.2f}")
    odds /= options.temperature
    unclear = softmax(logits / options.temperature)[:, UNCLEAR] >= 0.5
    print(
        f"cannot tell: {unclear[told].mean():.1%} of heads, {unclear[~told].mean():.1%} of others"
    )
    keep = ~unclear[told]
    names = heads.repositories[told]
    for name in np.unique(names):
        line(name, odds[keep & (names == name)], bare[keep & (names == name)])
    for low, high in SIZES:
        these = keep & (sizes >= low) & (sizes < high)
        line(f"heads of {low} to {high:.0f} px", odds[these], bare[these])
    line("all", odds[keep], bare[keep])
    reliability(odds[keep], bare[keep])
    if options.quantiles:
        for title, these in (("small", sizes < 20), ("large", sizes >= 20)):
            for of, truth in (("helmet", ~bare), ("bare", bare)):
                drawn = np.quantile(odds[keep & these & truth], SHARES)
                print(title, of, (keep & these & truth).sum(), np.round(drawn, 1).tolist())


def answered(model: Path, heads: Heads) -> Floats:
    """(N, 3) logits for looks as the program has them."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    out = []
    for index in range(0, len(heads), 64):
        looks = [heads.plain(i) for i in range(index, min(index + 64, len(heads)))]
        batch = np.stack(looks).transpose(0, 3, 1, 2).astype(np.float32)
        out.append(session.run(None, {"looks": batch})[0])
    return np.concatenate(out).astype(np.float64)


def softmax(logits: Floats) -> Floats:
    likely = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def weights(bare: NDArray[np.bool_]) -> Floats:
    """(N,) so that both classes weigh alike."""
    share = bare.mean()
    return np.where(bare, 0.5 / max(share, 1e-9), 0.5 / max(1 - share, 1e-9)) / len(bare)


def fitted(odds: Floats, bare: NDArray[np.bool_]) -> float:
    """The temperature of the least log loss."""
    trials = np.exp(np.linspace(np.log(0.4), np.log(5), 60))
    sign = np.where(bare, 1.0, -1.0)
    weight = weights(bare)
    losses = [(weight * np.logaddexp(0, -sign * odds / trial)).sum() for trial in trials]
    return float(trials[int(np.argmin(losses))])


def auc(odds: Floats, bare: NDArray[np.bool_]) -> float:
    """Chance that a bare head is given more than a helmet (Mann and Whitney)."""
    if bare.all() or not bare.any():
        return float("nan")
    ranks = np.argsort(np.argsort(odds)) + 1
    positives = int(bare.sum())
    negatives = len(bare) - positives
    return float((ranks[bare].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def line(name: str, odds: Floats, bare: NDArray[np.bool_]) -> None:
    if not len(odds):
        return
    said = odds > 0
    right = int((said & bare).sum())
    print(
        f"| {name} | {int(bare.sum())} bare, {int((~bare).sum())} helmets"
        f" | precision {right / max(int(said.sum()), 1):.2f}"
        f" | recall {right / max(int(bare.sum()), 1):.2f}"
        f" | helmets taken for bare {int((said & ~bare).sum()) / max(int((~bare).sum()), 1):.3f}"
        f" | AUC {auc(odds, bare):.3f} |"
    )


def reliability(odds: Floats, bare: NDArray[np.bool_]) -> None:
    """Said against true, and the expected calibration error over ten bins."""
    said, weight = 1 / (1 + np.exp(-odds)), weights(bare)
    error = 0.0
    for low in np.arange(0, 1, 0.1):
        these = (said >= low) & (said < low + 0.1 + 1e-9 * (low > 0.85))
        if not these.any():
            continue
        mass = float(weight[these].sum())
        mean = float((weight * said)[these].sum() / mass)
        true = float((weight * bare)[these].sum() / mass)
        error += mass * abs(mean - true)
        print(f"| {low:.1f} to {low + 0.1:.1f} | {int(these.sum())} | {mean:.2f} | {true:.2f} |")
    print(f"expected calibration error {error:.3f}")


if __name__ == "__main__":
    main()
