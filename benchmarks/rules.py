"""How well each rule tells its act from what only looks like it.

    python benchmarks/rules.py [--rule ID ...] [--seed 1000 ...] [--jobs N] [--json FILE]
    python benchmarks/rules.py --footage FOLDER_OR_FILE ...

Without footage: the cases of `driving_range/acts`, of seeds that nobody tuned by (1000 and on).
Every rule judges every case at its default settings. For each act: recall, precision, how far
measured values are off their truth (share within 8 % and within 10 %); then what *other* rules
found on those cases, though nothing of theirs was shown.

With footage: the whole way from pixels, every rule on, also those that are off by default; findings
an hour, and what share of the time closer looks and rules take.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from driving_range.score import Score, cases_of, incidents_of, known_acts
from pipeline.closeups.all import load_closeups
from pipeline.closeups.base import Closeup
from pipeline.footage.find import find_footage
from pipeline.footage.probe import probe
from pipeline.observe import observe
from pipeline.settings import Settings, load_settings
from pipeline.types import Abstention, Incident, Trip
from pipeline.violations.registry import known_rules, load_rules
from pipeline.vision.backends import load_detector
from pipeline.vision.weights import choose_weights

_FIRST_SEED = 1000


@dataclass(slots=True)
class Tally:
    """One act over its seeds."""

    rule: str
    score: Score = field(default_factory=Score)
    crossed: Counter[str] = field(default_factory=Counter)  # findings of other rules, untrue
    cases: int = 0
    judged_s: float = 0.0  # its own rule, all cases

    def add(self, other: Tally) -> None:
        self.score.join(other.score)
        self.crossed += other.crossed
        self.cases += other.cases
        self.judged_s += other.judged_s

    def row(self) -> dict[str, Any]:
        score = self.score
        return {
            "rule": self.rule,
            "cases": self.cases,
            "positive": score.positives,
            "recall": round(score.recall, 3),
            "precision": round(score.precision, 3),
            "doubles": score.doubles,
            "missed": dict(Counter(score.missed)),
            "false": dict(Counter(score.false)),
            "measures": {
                name: {
                    "count": len(errors),
                    "median_error": round(float(np.median(errors)), 3),
                    "within_8_percent": round(score.within(name, 0.08), 3),
                    "within_10_percent": round(score.within(name, 0.10), 3),
                }
                for name, errors in sorted(score.errors.items())
            },
            "other_rules": dict(self.crossed),
            "judged_ms_a_case": round(1000 * self.judged_s / max(self.cases, 1), 1),
        }


def run_act(module: str, rule_id: str, seed: int) -> Tally:
    """All rules on the cases of one module of acts and one seed."""
    rules = load_rules(list(known_rules()), {})
    tally = Tally(rule_id)
    for case in cases_of(module, seed):
        tally.cases += 1
        for rule in rules:
            start = time.perf_counter()
            found = incidents_of(rule, case)
            if rule.id == case.rule:
                tally.judged_s += time.perf_counter() - start
                tally.score.add(case, found)
            elif rule.id not in case.also:
                tally.crossed[rule.id] += len(found)
    return tally


def _run_task(task: tuple[str, str, int]) -> Tally:
    return run_act(*task)


def run_range(wanted: Sequence[str], seeds: Sequence[int], jobs: int) -> list[Tally]:
    tasks = [
        (module, rule_id, seed)
        for rule_id, modules in known_acts().items()
        if not wanted or rule_id in wanted
        for module in modules
        for seed in seeds
    ]
    tallies: dict[str, Tally] = {}
    with ProcessPoolExecutor(jobs) as pool:
        for tally in pool.map(_run_task, tasks):
            rule_id = tally.rule
            tallies.setdefault(rule_id, Tally(rule_id)).add(tally)
            print(f"{rule_id}: {tally.cases} cases done", file=sys.stderr)
    return sorted(tallies.values(), key=lambda tally: tally.rule)


def print_range(tallies: Iterable[Tally]) -> None:
    tallies = list(tallies)
    print(f"{'act':26} {'cases':>5} {'acts':>5} {'recall':>6} {'precision':>9} {'doubles':>7}")
    for tally in tallies:
        score = tally.score
        print(
            f"{tally.rule:26} {tally.cases:5} {score.positives:5} {score.recall:6.3f} "
            f"{score.precision:9.3f} {score.doubles:7}"
        )
        for label, names in (("missed", score.missed), ("false", score.false)):
            if names:
                counted = ", ".join(f"{n} {name}" for name, n in Counter(names).most_common(6))
                print(f"    {label}: {counted}")
    print(f"\n{'measure':44} {'times':>5} {'median error':>12} {'in 8 %':>7} {'in 10 %':>7}")
    for tally in tallies:
        for name, errors in sorted(tally.score.errors.items()):
            print(
                f"{tally.rule + ' ' + name:44} {len(errors):5} {np.median(errors):12.3f} "
                f"{tally.score.within(name, 0.08):7.2f} {tally.score.within(name, 0.10):7.2f}"
            )
    print("\nfindings of other rules, of which nothing was shown:")
    for tally in tallies:
        crossed = ", ".join(f"{name} {n}" for name, n in tally.crossed.most_common() if n)
        print(f"{tally.rule:26} {crossed or 'none'}   (of {tally.cases} cases)")


# --- real footage --------------------------------------------------------------------------------


class Timed:
    """A closer look that adds up its time."""

    def __init__(self, look: Closeup) -> None:
        self._look, self.spent_s = look, 0.0
        self.traits, self.weights = look.traits, look.weights

    def look(self, *arguments: Any) -> Mapping[str, Any]:
        start = time.perf_counter()
        try:
            return self._look.look(*arguments)
        finally:
            self.spent_s += time.perf_counter() - start


def run_footage(paths: Sequence[Path], settings: Settings) -> list[dict[str, Any]]:
    """Each file by itself, every rule on; what was found, and where the time went."""
    files, _ = find_footage(paths)
    rules = load_rules(list(known_rules()), settings.rules)
    rate = max([settings.footage.sample_rate_hz, *(rule.sample_rate_hz for rule in rules)])
    sampled = settings.footage.model_copy(update={"sample_rate_hz": rate})
    settings = settings.model_copy(update={"footage": sampled})
    detector = load_detector(choose_weights(settings.vision), settings.vision)
    rows = []
    for path in files:
        trip = Trip((probe(path, settings.footage),), (0.0,))
        looks = [Timed(look) for look in load_closeups()]
        start = time.perf_counter()
        tracks, scene = observe(trip, settings, detector, looks)  # type: ignore[arg-type]
        watched_s = time.perf_counter() - start
        found = [item for rule in rules for item in rule.judge(tracks, scene)]
        whole_s = time.perf_counter() - start
        looks_s = sum(look.spent_s for look in looks)
        incidents = [item for item in found if isinstance(item, Incident)]
        rows.append(
            {
                "file": path.name,
                "seconds": round(trip.duration_s, 1),
                "incidents": dict(Counter(item.rule for item in incidents)),
                "abstained": sorted({i.rule for i in found if isinstance(i, Abstention)}),
                "run_s": round(whole_s, 2),
                "closeups_share": round(looks_s / whole_s, 3),
                "rules_share": round((whole_s - watched_s) / whole_s, 3),
            }
        )
    return rows


def print_footage(rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        found = ", ".join(f"{name} {n}" for name, n in row["incidents"].items()) or "nothing"
        print(
            f"{row['file']:44} {row['seconds']:6.1f} s   closer looks {row['closeups_share']:.1%}, "
            f"rules {row['rules_share']:.1%} of {row['run_s']:.1f} s   {found}"
        )
    hours = sum(row["seconds"] for row in rows) / 3600
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row["incidents"])
    print(f"{hours * 60:.1f} minutes; findings an hour:")
    for name in known_rules():
        if total[name]:
            print(f"  {name:26} {total[name] / hours:8.1f}")


def main() -> None:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rule", action="append", default=[], help="id; may be repeated")
    parser.add_argument("--seed", type=int, action="append", help=f"default: {_FIRST_SEED}")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--footage", type=Path, nargs="+", help="real clips instead of the range")
    parser.add_argument("--json", type=Path, help="where to write the figures as well")
    options = parser.parse_args()
    if options.footage:
        settings = load_settings(None, {"vision": {"offline": True}})
        rows = run_footage(options.footage, settings)
        print_footage(rows)
    else:
        tallies = run_range(options.rule, options.seed or [_FIRST_SEED], options.jobs)
        print_range(tallies)
        rows = [tally.row() for tally in tallies]
    if options.json:
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
