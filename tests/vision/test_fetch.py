"""Fetching against a real local server: resume, checksum, cache, and no network at all."""

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.errors import ModelError
from pipeline.settings import VisionSettings
from pipeline.vision import registry as registry_module
from pipeline.vision import weights as weights_module
from pipeline.vision.fetch import FetchError, fetch
from pipeline.vision.registry import Entry
from pipeline.vision.weights import checked, choose_weights

CONTENT = bytes(range(256)) * 2000


def _zipped(member: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(member, CONTENT)
    return packed.getvalue()


SERVED = {"/model.onnx": CONTENT, "/model.zip": _zipped("reader.pth"), "/other.zip": CONTENT}


class _Server(BaseHTTPRequestHandler):
    """Serves CONTENT with ranges; breaks off after `limit` bytes, if told so."""

    def __init__(self, log: list[str], state: dict[str, int], *args: object) -> None:
        self.log_lines, self.state = log, state
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.log_lines.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        body = SERVED[self.path][start:]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        limit = self.state.pop("limit", None)
        self.wfile.write(body[:limit])
        if limit is not None:
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, list[str], dict[str, int]]]:
    log: list[str] = []
    state: dict[str, int] = {}
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Server, log, state))
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}/model.onnx", log, state
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DASHCAM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def entry(url: str | None, **changes: object) -> Entry:
    facts = {
        "name": "yolo26n",
        "file": "yolo26n.onnx",
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "bytes": len(CONTENT),
        "licence": "AGPL-3.0",
        "task": "detect",
        "origin": "test",
        "url": url,
    }
    return Entry.model_validate({**facts, **changes})


def test_fetched_whole_with_progress(server: tuple[str, list[str], dict[str, int]]) -> None:
    url, _, _ = server
    seen: list[int] = []
    path = fetch(entry(url), progress=lambda done, total: seen.append(done))
    assert path.read_bytes() == CONTENT
    assert seen == sorted(seen) and seen[-1] == len(CONTENT)
    assert [item.name for item in path.parent.iterdir()] == ["yolo26n.onnx"]


def test_goes_on_where_it_broke_off(server: tuple[str, list[str], dict[str, int]]) -> None:
    url, log, state = server
    state["limit"] = 200_000
    with pytest.raises(FetchError, match="what was fetched so far is kept"):
        fetch(entry(url))
    assert not entry(url).path.exists()
    path = fetch(entry(url))
    assert path.read_bytes() == CONTENT
    assert log[0] == ""
    assert int(log[1].removeprefix("bytes=").rstrip("-")) > 0


def test_a_wrong_checksum_is_not_kept(server: tuple[str, list[str], dict[str, int]]) -> None:
    url, _, _ = server
    wrong = entry(url, sha256="0" * 64)
    with pytest.raises(FetchError, match="not kept"):
        fetch(wrong)
    assert list(wrong.path.parent.iterdir()) == []


def of_archive(url: str, **changes: object) -> Entry:
    url = url.replace("model.onnx", "model.zip")
    return entry(url, file="easyocr/reader.pth", member="reader.pth", **changes)


def test_a_file_is_taken_out_of_its_archive(server: tuple[str, list[str], dict[str, int]]) -> None:
    url, _, _ = server
    path = fetch(of_archive(url))
    assert path.read_bytes() == CONTENT
    assert [item.name for item in path.parent.iterdir()] == ["reader.pth"]


def test_an_archive_goes_on_where_it_broke_off(
    server: tuple[str, list[str], dict[str, int]],
) -> None:
    url, log, state = server
    state["limit"] = 200_000
    with pytest.raises(FetchError, match="kept"):
        fetch(of_archive(url))
    assert fetch(of_archive(url)).read_bytes() == CONTENT
    assert log[1].startswith("bytes=")


def test_another_archive_is_not_kept(server: tuple[str, list[str], dict[str, int]]) -> None:
    url, _, _ = server
    for wrong in (
        of_archive(url, sha256="0" * 64),
        of_archive(url, bytes=7),
        of_archive(url).model_copy(update={"member": "other.pth"}),
        of_archive(url).model_copy(update={"url": url.replace("model.onnx", "other.zip")}),
    ):
        with pytest.raises(FetchError):
            fetch(wrong)
        assert list(wrong.path.parent.iterdir()) == []


def test_a_file_that_was_changed_on_disk_is_refused(
    server: tuple[str, list[str], dict[str, int]],
) -> None:
    url, _, _ = server
    path = fetch(entry(url))
    assert checked(entry(url)).origin == "released"
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(ModelError, match="sha256"):
        checked(entry(url))


def test_without_network_the_shipped_weights_serve(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = tmp_path / "models"
    shipped.mkdir()
    (shipped / "road_users.onnx").write_bytes(CONTENT)
    ours = entry(None, name="road_users", file="road_users.onnx")
    nowhere = entry("http://127.0.0.1:9/yolo26n.onnx")  # the discard port: refused at once
    monkeypatch.setattr(registry_module, "shipped", lambda folder: shipped)
    monkeypatch.setattr(
        weights_module, "registry", lambda: {"road_users": ours, "yolo26n": nowhere}
    )
    settings = VisionSettings()
    assert choose_weights(settings).origin == "shipped"
    assert nowhere.path.with_name("yolo26n.onnx.unreachable").exists(), "remembered for a day"
    assert choose_weights(settings).origin == "shipped"


def test_released_weights_come_before_the_shipped_ones(
    server: tuple[str, list[str], dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, log, _ = server
    monkeypatch.setattr(weights_module, "registry", lambda: {"yolo26n": entry(url)})
    assert choose_weights(VisionSettings()).origin == "released"
    assert choose_weights(VisionSettings()).name == "yolo26n"
    assert len(log) == 1, "fetched once"


def test_offline_asks_nobody(
    server: tuple[str, list[str], dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, log, _ = server
    monkeypatch.setattr(weights_module, "registry", lambda: {"yolo26n": entry(url)})
    with pytest.raises(KeyError):  # this registry has no shipped weights to fall back on
        choose_weights(VisionSettings(offline=True))
    assert log == []


def test_named_weights_that_do_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such weights"):
        choose_weights(VisionSettings(weights=tmp_path / "none.onnx"))


def test_the_released_detector_is_in_the_list() -> None:
    listed = registry_module.registry()
    released = listed[weights_module.RELEASED_DETECTOR]
    assert not released.is_shipped and len(released.sha256) == 64
    assert listed[weights_module.SHIPPED_DETECTOR].is_shipped
    assert listed["easyocr_craft"].path.parent == listed["easyocr_english"].path.parent
