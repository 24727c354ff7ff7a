"""The program as a user runs it: a command in a process of its own, an empty cache, no network."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Stdout as JSON lines; fails if anything else stands there."""
        return [json.loads(line) for line in self.out.splitlines()]


Dashcam = Callable[..., Run]


def environment(home: Path) -> dict[str, str]:
    """An environment in which nothing of this machine's user is found or changed."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ
    }
    return {
        **kept,
        "HOME": str(home),
        "DASHCAM_CACHE": str(home / "cache"),
        "DASHCAM_VISION__OFFLINE": "true",
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "100",
    }


@pytest.fixture
def dashcam(tmp_path: Path) -> Dashcam:
    def run(*arguments: str | Path, timeout: float = 240, **extra: str) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *map(str, arguments)],
            cwd=ROOT,
            env={**environment(tmp_path / "home"), **extra},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Run(done.returncode, done.stdout, done.stderr)

    return run
