"""Killed at any moment: never a package that verifies but is incomplete, never a stray half."""

from __future__ import annotations

import random
import time
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from pipeline.evidence.placing import clear_leftovers
from pipeline.evidence.verify import verify
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, request_of, trip_of
from tests.evidence.kill import forkserver, kill_making, payload_of
from tests.evidence.makers import seal_forever

_PATIENCE_S = 60.0
_SEALED, _MADE = 50, 8  # kills while sealing over and over, and while making real ones


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    return forkserver()


def killed_after(process: ForkServerProcess, delay_s: float) -> None:
    process.start()
    time.sleep(delay_s)
    process.kill()
    process.join()


def first_one_s(process: ForkServerProcess, folder: Path) -> float:
    """How long it takes to seal one here and now: a busy machine is given its time."""
    begin = time.monotonic()
    process.start()
    while not visible(folder) and time.monotonic() - begin < _PATIENCE_S:
        time.sleep(0.005)
    taken = time.monotonic() - begin
    process.kill()
    process.join()
    return taken


def visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def test_while_sealing(
    processes: ForkServerContext, finished: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    sample = finished[0]
    whole = payload_of(sample)
    folder = tmp_path / "packages"
    folder.mkdir()
    chance = random.Random(50)
    halves = seen = 0
    usual_s = None
    for _ in range(_SEALED):
        process = processes.Process(target=seal_forever, args=(str(sample), str(folder)))
        if usual_s is None:
            usual_s = first_one_s(process, folder)
        else:
            killed_after(process, chance.uniform(0.1, 3.0) * usual_s)
        for path in visible(folder):
            result = verify(path, language="en")
            assert result.ok, [check for check in result.checks if not check.ok]
            if path.is_dir():
                assert payload_of(path) >= whole
            seen += 1
        halves += len(list(folder.iterdir())) > len(visible(folder))
        clear_leftovers(folder)
        assert visible(folder) == sorted(folder.iterdir()), "the next run clears what was left"
    assert halves > _SEALED // 10, "it was killed in the middle, too"
    assert seen > _SEALED // 2
    print(f"{_SEALED} kills: {halves} left a half, {seen} packages looked at, all sound")


def test_while_making(film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole job; `python -m tests.evidence.kill` does it with more kills and larger films."""
    monkeypatch.setenv("DASHCAM_DATA", str(tmp_path))  # put back afterwards
    request = request_of(trip_of(footage_of(film("bare.mp4", 3, sound=None))), 1.0, 2.0)
    found = kill_making(request, tmp_path, _MADE, 10, small=True)
    assert not found.faults
    assert found.times == _MADE and sum(found.halves.values()) >= 3 and len(found.halves) >= 2
    assert found.whole >= _MADE // 2, "older ones stay until the new one is whole"
    print(f"{_MADE} kills of real ones: halves {dict(found.halves)}")
