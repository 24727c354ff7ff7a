"""One small package, sealed as a run would, and copies of it for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.evidence.package import PackageRequest, make_package
from pipeline.settings import Settings
from tests.evidence.conftest import film, request_whole, settings

__all__ = ["film", "request_whole", "settings"]

CONFIRMED = {
    "road": "Quốc lộ 1",
    "act_confirmed": True,
    "plate_confirmed": True,
    "statement_confirmed_at": "2025-05-30T08:00:00+07:00",
}


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory, request_whole: PackageRequest, settings: Settings
) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASHCAM_DATA", str(folder / "own"))
        return make_package(request_whole, folder, settings)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nothing of this machine's user is found or changed."""
    monkeypatch.setenv("DASHCAM_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("DASHCAM_CHANNELS", str(tmp_path / "none.yaml"))
    yield tmp_path / "own"


@pytest.fixture
def package(tmp_path: Path, made_once: Path) -> Path:
    return Path(shutil.copytree(made_once, tmp_path / "packages" / made_once.name))


Edit = Callable[[Path, str, bytes], None]


@pytest.fixture
def add() -> Edit:
    """`add(package, name, content)`: a file of the person's, sealed in as the commands do."""
    from pipeline.evidence.seal import resealed

    def edit(package: Path, name: str, content: bytes) -> None:
        with resealed(package, "edited") as copy:
            (copy / "data" / name).write_bytes(content)

    return edit
