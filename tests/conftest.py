"""What holds for all tests: nothing of the person at this machine is found or changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keys and the like go to a folder that is thrown away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASHCAM_DATA", str(tmp_path_factory.mktemp("own")))
        patch.delenv("DASHCAM_KEY_FILE", raising=False)
        yield
