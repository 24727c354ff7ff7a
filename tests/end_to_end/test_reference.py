"""Real footage: with the released YOLO11n (extra [openvino]) and with the shipped weights."""

import csv
import importlib.util
import json
from collections import defaultdict
from pathlib import Path

import bagit
import pytest

from tests.end_to_end.conftest import ROOT, Dashcam
from tests.end_to_end.test_samples import packets

SHARED = ROOT / ".." / "shared"
VIDEOS = SHARED / "data" / "video"
PHONE = VIDEOS / "phone_three_on_motorbike_vn.mp4"
SILENT = [VIDEOS / "dashcam_solid_right_line.mp4", VIDEOS / "highway_overpass.mp4"]
REFERENCE = SHARED / "weights" / "yolo11n_int8_openvino_model"

pytestmark = pytest.mark.skipif(not VIDEOS.is_dir(), reason="no real footage beside the checkout")
with_reference = pytest.mark.skipif(
    importlib.util.find_spec("openvino") is None or not REFERENCE.is_dir(),
    reason="needs the extra [openvino] and the reference weights",
)


@with_reference
def test_three_on_a_motorbike_without_helmets(dashcam: Dashcam, tmp_path: Path) -> None:
    run = dashcam("process", PHONE, "--weights", REFERENCE, "-o", tmp_path, "--json")
    assert run.code == 0, run.err
    found = {item["rule"]: item for item in run.lines}
    assert len(run.lines) == len(found)
    assert set(found) == {"passenger_overload", "no_helmet"}
    assert len({item["vehicle"]["track"] for item in run.lines}) == 1, "the same motorbike"
    incident = found["passenger_overload"]
    assert incident["vehicle"]["kind"] == "motorbike"
    start, end = (incident["when"][side]["file_time_s"] for side in ("start", "end"))
    assert 1.5 <= start < end <= 5.0
    package = tmp_path / "packages" / incident["id"]
    assert bagit.Bag(str(package)).is_valid()
    assert packets(package / "data" / "clip.mp4") == packets(PHONE)
    assert dashcam("verify", package, "--original", PHONE).code == 0


@with_reference
@pytest.mark.parametrize("clip", SILENT, ids=lambda clip: clip.stem)
def test_where_nothing_happens_there_is_silence(
    dashcam: Dashcam, tmp_path: Path, clip: Path
) -> None:
    run = dashcam("process", clip, "--weights", REFERENCE, "-o", tmp_path, "--json")
    assert run.code == 0 and run.out == ""
    journal = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert journal["trips"][0]["tracks"]["car"] >= 5


@pytest.mark.parametrize("clip", SILENT, ids=lambda clip: clip.stem)
def test_silence_with_the_shipped_weights(dashcam: Dashcam, tmp_path: Path, clip: Path) -> None:
    run = dashcam("process", clip, "-o", tmp_path, "--json")
    assert run.code == 0 and run.out == ""
    journal = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert journal["trips"][0]["tracks"].get("car", 0) >= 1


def test_three_on_a_motorbike_with_the_shipped_weights(dashcam: Dashcam, tmp_path: Path) -> None:
    run = dashcam("process", PHONE, "-o", tmp_path, "--json")
    assert run.code == 0
    assert sorted(item["rule"] for item in run.lines) == ["no_helmet", "passenger_overload"]


def test_real_plates(dashcam: Dashcam) -> None:
    folder = SHARED / "data" / "plates_vn"
    wanted: dict[str, set[str]] = defaultdict(set)
    with (folder / "truth.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            wanted[row["file"]].add("".join(c for c in row["plate"].upper() if c.isalnum()))
    run = dashcam("plates", *sorted(folder.glob("*.jpg")), "--json")
    assert run.code == 0, run.err
    said: dict[str, set[str]] = defaultdict(set)
    for line in run.lines:
        said[Path(line["source"]).name].add(line["normalized"])
    total = sum(len(plates) for plates in wanted.values())
    exact = sum(len(plates & said[name]) for name, plates in wanted.items())
    assert total == 84
    assert exact >= 80
