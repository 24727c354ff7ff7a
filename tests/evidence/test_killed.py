"""Killed at any moment: never a package that verifies but is incomplete, never a stray half."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from pipeline.evidence.package import make_package
from pipeline.evidence.placing import clear_leftovers
from pipeline.evidence.verify import verify
from pipeline.settings import Settings
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, request_of, trip_of
from tests.evidence.makers import make_once, seal_forever

_SEALED, _MADE = 50, 10  # kills while sealing over and over, and while making real ones


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Processes that start at once, as everything is loaded already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.evidence.makers"])
    warm = context.Process(target=os.getpid)
    warm.start()
    warm.join()
    return context


def killed_after(process: ForkServerProcess, delay_s: float) -> None:
    process.start()
    time.sleep(delay_s)
    process.kill()
    process.join()


def visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def payload_of(package: Path) -> set[str]:
    data = package / "data"
    return {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}


def test_while_sealing(
    processes: ForkServerContext, finished: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    sample = finished[0]
    whole = payload_of(sample)
    folder = tmp_path / "packages"
    folder.mkdir()
    chance = random.Random(50)
    halves = seen = 0
    for _ in range(_SEALED):
        process = processes.Process(target=seal_forever, args=(str(sample), str(folder)))
        killed_after(process, chance.uniform(0.02, 0.5))
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


def test_while_making(processes: ForkServerContext, film: Film, tmp_path: Path) -> None:
    request = request_of(trip_of(footage_of(film("bare.mp4", 3, sound=None))), 1.0, 2.0)
    settings = Settings.model_validate(
        {"evidence": {"lead_up_s": 1, "aftermath_s": 1, "annotated_height": 120, "stills": 1}}
    )
    folder, own = tmp_path / "packages", tmp_path / "own"
    own.mkdir()
    began = time.monotonic()
    sound = make_package(request, tmp_path / "whole", settings)
    whole, takes_s = payload_of(sound), time.monotonic() - began
    chance = random.Random(10)
    halves = 0
    for number in range(_MADE):
        delay_s = takes_s * (number + chance.random()) / _MADE
        arguments = (request, str(folder), settings, str(own))
        killed_after(processes.Process(target=make_once, args=arguments), delay_s)
        if not folder.is_dir():
            continue
        for path in visible(folder):
            assert verify(path).ok and payload_of(path) == whole
        halves += len(list(folder.iterdir())) > len(visible(folder))
    assert halves
    package = make_package(request, folder, settings)
    assert verify(package).ok and payload_of(package) == whole
    assert list(folder.iterdir()) == [package]
    print(f"{_MADE} kills of a real one: {halves} left a half")
