"""Rules run again on a record; rules told of."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cli import app
from pipeline import record
from pipeline.types import CameraMotion, EgoMotion, Kind, Scene, Track
from pipeline.violations.law import acts
from pipeline.violations.registry import known_rules

RUN = CliRunner()


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A record of a motorbike with three people that rides along, and of nothing else."""
    count = 25
    times = np.arange(count) / 5
    frames = np.arange(count, dtype=np.int32)

    def track(number: int, kind: Kind, box: tuple[float, float, float, float]) -> Track:
        boxes = np.array([box], np.float32) + np.outer(frames, (18, 0, 18, 0)).astype(np.float32)
        sure = np.full(count, 0.9, np.float32)
        return Track(number, kind, 1.0, frames, times, boxes, sure)

    tracks = [track(1, Kind.MOTORBIKE, (100, 300, 220, 400))] + [
        track(2 + place, Kind.PERSON, (105 + 35 * place, 220, 145 + 35 * place, 370))
        for place in range(3)
    ]
    ego = EgoMotion(
        times,
        np.repeat(np.eye(3)[None], count, axis=0),
        (CameraMotion.STILL,) * count,
        np.ones(count),
    )
    scene = Scene(width=1280, height=720, sample_rate_hz=5.0, ego=ego)
    record.save(tmp_path / "record" / "one", tracks, scene, ["clip.mp4"])
    return tmp_path


def lines_of(*arguments: str) -> list[dict]:
    result = RUN.invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_record_is_judged_again_without_its_footage(run_folder: Path) -> None:
    found = lines_of("judge", str(run_folder), "--rules", "passenger_overload")
    assert [(one["kind"], one["rule"], one["track_id"]) for one in found] == [
        ("incident", "passenger_overload", 1)
    ]
    assert found[0]["footage"] == ["clip.mp4"]
    assert found[0]["sentences"]["vi"].startswith("Trên xe mô tô thấy có 3 người")


def test_other_settings_judge_otherwise(run_folder: Path, tmp_path: Path) -> None:
    stricter = tmp_path / "stricter.yaml"
    stricter.write_text("rules: {passenger_overload: {people: 4}}\n", encoding="utf-8")
    arguments = ("judge", str(run_folder), "--rules", "passenger_overload")
    assert lines_of(*arguments, "--config", str(stricter)) == []


def test_a_folder_without_a_record_is_refused(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["judge", str(tmp_path)])
    assert result.exit_code == 3
    assert "no record of a run in it" in result.stderr


def test_every_rule_is_one_of_the_acts() -> None:
    assert set(known_rules()) <= set(acts())


def test_acts_are_listed_with_their_state() -> None:
    states = {one["id"]: one["state"] for one in lines_of("rules", "list")}
    assert states["weaving"] == "on"
    assert len(states) == 13


def test_what_the_law_says_is_no_fact_before_somebody_checked_it() -> None:
    shown = RUN.invoke(app, ["rules", "explain", "passenger_overload", "--lang", "en"]).stdout
    act = acts()["passenger_overload"]
    assert "three or more people on a motorbike" in shown
    assert "least_frames" in shown
    if act.fine is None or act.fine.checked is None:
        assert "Sanction: to be checked against the law's text" in shown


def test_an_unknown_act_is_named() -> None:
    result = RUN.invoke(app, ["rules", "explain", "speeding"])
    assert result.exit_code == 2
    assert "speeding: no such act; there are: passenger_overload" in result.stderr
