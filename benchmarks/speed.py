"""How fast footage is watched, stage by stage, beside the decode-only time of the same file.

    python benchmarks/speed.py SOURCE [--seconds 60] [--seconds 600] [--weights FILE]

SOURCE is any clip of traffic. It is scaled to 1080p30 and repeated to the wanted length at 8
Mbit/s, once, into a cache folder. For each length, in one run: decoding alone, through the
program's own reader; then the same frames through detector, scene and tracker, each timed; then
the whole command `dashcam process` in a process of its own, with the peak memory of it and its
children.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pipeline.footage.binary import ffmpeg_path, file_url
from pipeline.footage.frames import frames
from pipeline.footage.probe import probe
from pipeline.scene.builder import SceneBuilder
from pipeline.scene.driven import Driven
from pipeline.settings import Settings, load_settings
from pipeline.types import Trip
from pipeline.vision.backends import load_detector
from pipeline.vision.tracker import Tracker
from pipeline.vision.weights import choose_weights

_ENCODED_S = 60


def main() -> None:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="a clip of traffic")
    parser.add_argument("--seconds", type=int, action="append", help="length; may be repeated")
    parser.add_argument("--weights", type=Path, help="detector; default: as the program chooses")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "dashcam-speed")
    options = parser.parse_args()
    settings = load_settings(None, {"vision": {"weights": options.weights, "offline": True}})
    print(f"machine    {_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for seconds in options.seconds or [60]:
        clip = dense_clip(options.source, seconds, options.cache)
        _measure(clip, seconds, settings, options.weights)


def dense_clip(source: Path, seconds: int, cache: Path) -> Path:
    """`source` as 1080p30 H.264 of 8 Mbit/s and `seconds` long; beyond a minute it repeats."""
    cache.mkdir(parents=True, exist_ok=True)
    clip = cache / f"{source.stem}-{seconds}s.mp4"
    if clip.exists():
        return clip
    if seconds > _ENCODED_S:
        source = dense_clip(source, _ENCODED_S, cache)
        how = ["-c", "copy"]
    else:
        how = ["-vf", "scale=1920:1080,fps=30", "-c:v", "libx264", "-preset", "veryfast"]
        how += ["-b:v", "8M", "-maxrate", "8M", "-bufsize", "16M", "-pix_fmt", "yuv420p"]
    part = clip.with_suffix(".part.mp4")
    command = [ffmpeg_path(), "-v", "error", "-nostdin", "-y", "-stream_loop", "-1"]
    command += ["-i", file_url(source), "-t", str(seconds), "-an", *how, file_url(part)]
    subprocess.run(command, check=True)
    part.rename(clip)
    return clip


def _measure(clip: Path, seconds: int, settings: Settings, weights: Path | None) -> None:
    print(f"\n{clip.name}: {seconds} s of 1080p30, {clip.stat().st_size / 1e6:.0f} MB")
    trip = Trip((probe(clip, settings.footage),), (0.0,))
    start = time.perf_counter()
    with closing(frames(trip, settings.footage)) as pictures:
        count = sum(1 for _ in pictures)
    decode_s = time.perf_counter() - start
    print(f"decoding alone      {decode_s:6.1f} s   {count} frames   {seconds / decode_s:.1f}x")
    chosen = choose_weights(settings.vision)
    detector = load_detector(chosen, settings.vision)
    rate = settings.footage.sample_rate_hz
    tracker, builder = Tracker(rate), SceneBuilder(rate, Driven(trip))
    spent = {"waiting for frames": 0.0, "detector": 0.0, "scene": 0.0, "tracker": 0.0}
    start = mark = time.perf_counter()

    def lap(stage: str) -> None:
        nonlocal mark
        now = time.perf_counter()
        spent[stage] += now - mark
        mark = now

    road_users = 0
    with closing(frames(trip, settings.footage)) as pictures:
        for frame in pictures:
            lap("waiting for frames")
            found = detector.detect([frame.image])[0]
            road_users += len(found)
            lap("detector")
            motion = builder.update(frame, found)
            lap("scene")
            tracker.update(frame, found, motion.homography)
            lap("tracker")
    builder.finish()
    watch_s = time.perf_counter() - start
    print(
        f"watching            {watch_s:6.1f} s   {watch_s / decode_s:.2f} of decoding alone   "
        f"detector {chosen.name} ({chosen.origin}), {road_users / count:.1f} road users a frame"
    )
    for stage, total in spent.items():
        print(f"  {stage:<17} {total:6.1f} s   {1000 * total / count:5.1f} ms a frame")
    whole_s, peak_mb, incidents = _whole(clip, weights)
    print(
        f"dashcam process     {whole_s:6.1f} s   {whole_s / decode_s:.2f} of decoding alone   "
        f"{seconds / whole_s:.1f}x real time   peak memory {peak_mb:.0f} MB   "
        f"{incidents} incidents"
    )


def _whole(clip: Path, weights: Path | None) -> tuple[float, float, int]:
    """Seconds, peak megabytes (the command and its children, together) and incidents."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-c", "from cli import main; main()", "process", str(clip)]
        command += ["-o", out, "--offline", "--json"]
        command += ["--weights", str(weights)] if weights else []
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        peak = [0.0]
        watcher = threading.Thread(target=_watch_memory, args=(process, peak))
        watcher.start()
        _, complaint = process.communicate()
        whole_s = time.perf_counter() - start
        watcher.join()
        if process.returncode:
            sys.exit(complaint)
        lines = (Path(out) / "incidents.jsonl").read_text(encoding="utf-8").splitlines()
        return whole_s, peak[0], len([json.loads(line) for line in lines])


def _watch_memory(process: subprocess.Popen[str], peak: list[float]) -> None:
    while process.poll() is None:
        total = sum(_proportional_kb(pid) for pid in _family(process.pid))
        peak[0] = max(peak[0], total / 1024)
        time.sleep(0.1)


def _family(pid: int) -> Iterator[int]:
    """A process and all its descendants (Linux)."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _proportional_kb(pid: int) -> int:
    """Memory of a process, what it shares with others divided among them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
