"""What is true of a clip: exact boxes from the geometry, and the acts that were staged."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import studio
from scenes import Scene

SAMPLES_PER_S = 5


def boxes_at(scene: Scene, size: tuple[int, int]) -> list[dict[str, Any]]:
    """Boxes of every vehicle and rider at the scene's present moment, in rendered pixels.

    They go around the whole object, also where something else hides it.
    """
    matrix, lens = studio.projection(scene.camera, *size)
    found = []
    for mover in scene.movers:
        people = {thing for rider in mover.riders for thing in rider.children_recursive}
        own = [t for t in mover.root.children_recursive if t.type == "MESH" and t not in people]
        box = _around(own, matrix, lens)
        if box is None:
            continue
        riders = [
            _around([t for t in rider.children_recursive if t.type == "MESH"], matrix, lens)
            for rider in mover.riders
        ]
        found.append({"name": mover.name, "box": box, "riders": [r for r in riders if r]})
    return found


def _around(things: list[Any], matrix: Any, lens: Any) -> list[float] | None:
    points = np.concatenate([studio.vertices_of(thing) for thing in things])
    pixels, seen = studio.project(points, matrix, lens)
    if seen.mean() < 0.999:  # partly behind the camera: no honest box
        return None
    return [float(v) for v in (*pixels.min(axis=0), *pixels.max(axis=0))]


def write_truth(scene: Scene, records: list[dict[str, Any]], path: Path) -> None:
    """`records` are the film's frames with the boxes in film pixels."""
    due = [r for r in records if (r["frame"] * SAMPLES_PER_S) % scene.rate < SAMPLES_PER_S]
    tracks: dict[str, list[dict[str, Any]]] = {mover.name: [] for mover in scene.movers}
    for record in due:
        for item in record["boxes"]:
            tracks[item["name"]].append(
                {
                    "time_s": round(record["frame"] / scene.rate, 3),
                    "box": item["box"],
                    "inside": item["inside"],
                    **({"riders": item["riders"]} if item["riders"] else {}),
                }
            )
    vehicles = [
        {
            "id": mover.name,
            "kind": mover.kind,
            "colour": mover.colour,
            "plate": mover.plate,
            "riders": len(mover.riders),
            "boxes": tracks[mover.name],
        }
        for mover in scene.movers
        if tracks[mover.name]
    ]
    by_name = {mover.name: mover for mover in scene.movers}
    incidents = []
    for act in scene.incidents:
        mover = by_name[act["mover"]]
        seen = [b["time_s"] for b in tracks[mover.name] if b["inside"] > 0.5]
        start, end = act.get("between", (min(seen), max(seen)))
        incidents.append(
            {
                "rule": act["rule"],
                "vehicle": mover.name,
                "vehicle_kind": mover.kind,
                "start_s": start,
                "end_s": end,
                **({"plate": mover.plate} if act.get("legible") else {}),
            }
        )
    start = datetime.strptime(scene.file[:15], "%Y%m%d_%H%M%S")
    truth = {
        "clip": f"{scene.file}.mp4",
        "size": list(scene.size),
        "rate": scene.rate,
        "seconds": scene.seconds,
        "start_time": f"{start.isoformat()}+07:00",
        "incidents": incidents,
        "vehicles": vehicles,
        "notes": scene.notes,
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    path.write_text(_compact(text) + "\n", encoding="utf-8")


def _compact(text: str) -> str:
    """Innermost lists and box lines on one line each."""
    text = re.sub(
        r"\[\s*((?:-?[\d.]+,\s*)*-?[\d.]+)\s*\]",
        lambda m: "[" + ", ".join(m[1].replace(",", " ").split()) + "]",
        text,
    )
    return re.sub(
        r'\{\s*"time_s": ([^}]*?)\s*\}',
        lambda m: '{"time_s": ' + " ".join(m[1].split()) + "}",
        text,
    )
