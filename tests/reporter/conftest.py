"""A person of nobody's acquaintance, and the program run as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, Run, environment

# Made up: no such person, street or number.
WHO = {
    "name": "Nguyễn Thị Ánh Đào",
    "number": "001190123456",
    "address": "12 ngõ 34 phố Không Có, phường Thử Nghiệm, Hà Nội",
    "phone": "0912345678",
}
PASSPHRASE = "mật khẩu dài"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nothing of this machine's user is found or changed."""
    folder = tmp_path / "own"
    monkeypatch.setenv("DASHCAM_DATA", str(folder))
    yield folder


@pytest.fixture
def told() -> dict[str, str]:
    return dict(WHO)


Program = Callable[..., Run]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """`program(*arguments, stdin=…, home=…, NAME=…)` runs `dashcam` in a process of its own."""

    def run(*arguments: str | Path, stdin: str = "", home: Path | None = None, **extra: str) -> Run:
        home = home or tmp_path / "home"
        home.mkdir(exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "cli", *map(str, arguments)],
            cwd=ROOT,
            env={
                **environment(home),
                "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
                "DASHCAM_REPORTER_PASSPHRASE": PASSPHRASE,
                "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
                **extra,
            },
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    return run
