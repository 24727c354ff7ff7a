"""The main job on the clips of our own making, against the truth beside them."""

import hashlib
import json
import subprocess
from pathlib import Path

import av
import bagit
import pytest

from pipeline.footage.binary import ffmpeg_path
from tests.end_to_end.conftest import ROOT, Dashcam

CLIPS = sorted((ROOT / "sample_videos").glob("*.mp4"))


def truth_of(clip: Path) -> dict:  # type: ignore[type-arg]
    return json.loads(clip.with_suffix(".truth.json").read_text(encoding="utf-8"))


def test_there_are_clips_with_truth_and_they_are_small() -> None:
    assert len(CLIPS) >= 3
    for clip in CLIPS:
        assert clip.stat().st_size < 3_000_000
        assert truth_of(clip)["incidents"] is not None


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.stem)
def test_what_is_found_is_what_there_is(dashcam: Dashcam, tmp_path: Path, clip: Path) -> None:
    run = dashcam("process", clip, "-o", tmp_path, "--json", "--lang", "en")
    assert run.code == 0, run.err
    wanted = truth_of(clip)["incidents"]
    found = [(item["rule"], item) for item in run.lines]
    assert sorted(rule for rule, _ in found) == sorted(item["rule"] for item in wanted)
    for rule, item in found:
        true = next(one for one in wanted if one["rule"] == rule)
        start, end = item["when"]["start"]["file_time_s"], item["when"]["end"]["file_time_s"]
        assert min(end, true["end_s"]) - max(start, true["start_s"]) > 0, (start, end, true)
        package = tmp_path / "packages" / item["id"]
        check_package(package, clip)
        verified = dashcam("verify", package, "--original", clip, "--json")
        assert verified.code == 0 and verified.lines[0]["ok"]
    assert (tmp_path / "run.json").is_file()
    lines = (tmp_path / "incidents.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == run.lines


def check_package(package: Path, clip: Path) -> None:
    """Whole by somebody else's reckoning, and the clip's packets are the original's."""
    assert bagit.Bag(str(package)).is_valid()
    data = package / "data"
    names = {path.name for path in data.iterdir()}
    assert {"incident.json", "report.vi.html", "report.en.html", "report.vi.pdf"} <= names
    clips = [path for path in data.iterdir() if path.stem.startswith("clip")]
    assert clips
    original = packets(clip)
    for part in clips:
        mine = packets(part)
        assert mine
        joined = "".join(original)
        assert "".join(mine) in joined


def packets(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [
            hashlib.sha256(bytes(packet)).hexdigest()
            for packet in container.demux(video=0)
            if packet.size
        ]


def test_a_second_run_takes_what_the_first_one_watched(dashcam: Dashcam, tmp_path: Path) -> None:
    first = dashcam("process", CLIPS[0], "-o", tmp_path, "--json", "--lang", "en")
    second = dashcam("process", CLIPS[0], "-o", tmp_path, "--json", "--lang", "en")
    assert second.code == first.code == 0
    assert "done in an earlier run" in second.err
    assert [item["id"] for item in second.lines] == [item["id"] for item in first.lines]


def test_an_act_over_the_seam_of_two_files_is_one_incident(
    dashcam: Dashcam, tmp_path: Path
) -> None:
    """The clip of three on a motorbike, cut in two while they ride by, as a dashcam's loop does."""
    clip = next(clip for clip in CLIPS if "overload" in clip.name)
    card = tmp_path / "card"
    card.mkdir()
    encode = ["-c:v", "libx264", "-crf", "16", "-map_metadata", "-1"]
    for name, cut in (("20250529_181108", ["-t", "4.4"]), ("20250529_181112", ["-ss", "4.4"])):
        command = [ffmpeg_path(), "-v", "error", *cut, "-i", clip, *encode, card / f"{name}.mp4"]
        subprocess.run(command, check=True)
    only = ["--rules", "passenger_overload"]
    run = dashcam("process", card, "-o", tmp_path / "out", "--json", *only)
    assert run.code == 0, run.err
    (incident,) = run.lines
    assert incident["rule"] == "passenger_overload"
    assert [incident["when"][side]["original"] for side in ("start", "end")] == [0, 1]
    assert [part["path"] for part in incident["clips"]] == ["clip-1.mp4", "clip-2.mp4"]
    assert all(part["packets_identical"] for part in incident["clips"])
