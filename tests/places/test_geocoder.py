"""The geocoder is asked on consent only, once a place, once a second, and told nothing more."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from pipeline.places import geocoder
from pipeline.places.names import name_place
from pipeline.settings import PlacesSettings, Settings

HERE = 16.067812, 108.224134
ANSWER = {"address": {"road": "Đường Trần Phú", "house_number": "119", "city": "Đà Nẵng"}}


class Nominatim:
    """A server on this machine that counts its questions."""

    def __init__(self) -> None:
        self.questions: list[tuple[float, str, dict[str, list[str]], dict[str, str]]] = []
        self.status = 200
        self.answer: bytes = json.dumps(ANSWER).encode()
        self.headers: dict[str, str] = {}
        self.pause_s = 0.0
        asked = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                question = time.monotonic(), url.path, parse_qs(url.query), dict(self.headers)
                asked.questions.append(question)
                time.sleep(asked.pause_s)
                self.send_response(asked.status)
                for name, value in asked.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(asked.answer)))
                self.end_headers()
                self.wfile.write(asked.answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def nominatim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Nominatim]:
    monkeypatch.setenv("DASHCAM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(geocoder, "_last_asked", 0.0)
    server = Nominatim()
    yield server
    server.close()


def consented(server: Nominatim, **others: Any) -> PlacesSettings:
    return PlacesSettings(geocoder=server.url, consent=True, **others)


def test_nobody_is_asked_by_default() -> None:
    assert Settings().places.geocoder is None
    assert Settings().places.consent is False
    assert geocoder.Geocoder.of(Settings().places) is None


def test_nobody_is_asked_without_consent(nominatim: Nominatim) -> None:
    found = name_place(*HERE, PlacesSettings(geocoder=nominatim.url))
    assert nominatim.questions == []
    assert found.road is None
    assert found.road_source is None
    assert found.warnings == ()
    assert found.names is not None
    assert found.names.commune == "Phường Hải Châu"


def test_consent_without_an_address_asks_nobody(nominatim: Nominatim) -> None:
    assert name_place(*HERE, PlacesSettings(consent=True)).road is None
    assert nominatim.questions == []


def test_the_road_is_found_and_the_house_left_out(nominatim: Nominatim) -> None:
    found = name_place(*HERE, consented(nominatim))
    assert found.road == "Đường Trần Phú"
    assert found.road_source == nominatim.url.removeprefix("http://")
    assert found.warnings == ()


def test_only_a_rounded_position_is_sent(nominatim: Nominatim) -> None:
    name_place(*HERE, consented(nominatim))
    ((_, path, query, headers),) = nominatim.questions
    assert path == "/reverse"
    assert (query["lat"], query["lon"]) == (["16.0678"], ["108.2241"])
    assert set(query) == {"lat", "lon", "format", "zoom", "layer", "accept-language"}
    assert headers["User-Agent"].startswith("dashcam-evidence/")
    assert "Cookie" not in headers
    assert "Referer" not in headers


def test_a_place_is_asked_about_once(nominatim: Nominatim) -> None:
    settings = consented(nominatim)
    first = name_place(*HERE, settings)
    again = name_place(HERE[0] + 1e-5, HERE[1], settings)  # a metre away: the same ten metres
    assert first.road == again.road == "Đường Trần Phú"
    assert len(nominatim.questions) == 1


def test_no_road_is_an_answer_too(nominatim: Nominatim) -> None:
    nominatim.answer = b'{"error": "Unable to geocode"}'
    for _ in range(2):
        found = name_place(*HERE, consented(nominatim))
        assert found.road is None
        assert found.warnings == ()
    assert len(nominatim.questions) == 1


def test_questions_are_a_second_apart(nominatim: Nominatim) -> None:
    settings = consented(nominatim)
    name_place(*HERE, settings)
    name_place(HERE[0] + 0.01, HERE[1], settings)
    (first, *_), (second, *_) = nominatim.questions
    assert second - first >= 0.95


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (500, b"", "HTTP 500"),
        (429, b"slow down", "HTTP 429"),
        (200, b"<html>a portal</html>", "failed"),
        (200, b"[]", "no Nominatim answer"),
        (200, b'{"error": "Bandwidth limit exceeded"}', "Bandwidth limit"),
        (200, b"x" * (geocoder.LONGEST + 100_000), "too long"),
    ],
)
def test_a_failure_is_a_warning(
    nominatim: Nominatim, status: int, answer: bytes, reason: str
) -> None:
    nominatim.status, nominatim.answer = status, answer
    found = name_place(*HERE, consented(nominatim))
    assert found.road is None
    assert found.road_source is None
    assert found.names is not None
    (warning,) = found.warnings
    assert reason in warning
    assert "127.0.0.1" in warning
    assert "\n" not in warning


def test_a_failure_is_not_remembered(nominatim: Nominatim, monkeypatch: pytest.MonkeyPatch) -> None:
    nominatim.status = 503
    assert name_place(*HERE, consented(nominatim)).warnings
    nominatim.status = 200
    monkeypatch.setattr(geocoder, "_last_asked", 0.0)
    assert name_place(*HERE, consented(nominatim)).road == "Đường Trần Phú"


def test_a_slow_server_is_given_up(nominatim: Nominatim) -> None:
    nominatim.pause_s = 1.0
    found = name_place(*HERE, consented(nominatim, timeout_s=0.2))
    assert found.road is None
    assert "no answer in time" in found.warnings[0]


def test_nobody_else_is_told(nominatim: Nominatim) -> None:
    """Consent was given for one server: it cannot send the question on to another."""
    other = Nominatim()
    nominatim.status, nominatim.headers = 302, {"Location": other.url + "/reverse?lat=1&lon=1"}
    try:
        found = name_place(*HERE, consented(nominatim))
    finally:
        other.close()
    assert other.questions == []
    assert found.road is None
    assert found.warnings


def test_an_unreachable_server_is_a_warning(nominatim: Nominatim) -> None:
    settings = consented(nominatim)
    nominatim.close()
    found = name_place(*HERE, settings)
    assert "cannot be reached" in found.warnings[0]


def test_an_answer_that_is_odd_gives_no_road(nominatim: Nominatim) -> None:
    nominatim.answer = b'{"address": {"road": ["a", "b"]}}'
    assert name_place(*HERE, consented(nominatim)).road is None


def test_a_cache_that_cannot_be_used_is_no_error(
    nominatim: Nominatim, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DASHCAM_CACHE", str(tmp_path / "file"))
    assert name_place(*HERE, consented(nominatim)).road == "Đường Trần Phú"


def test_no_position_asks_nobody(nominatim: Nominatim) -> None:
    found = name_place(float("nan"), 108.0, consented(nominatim))
    assert (found.names, found.road) == (None, None)
    assert nominatim.questions == []


def test_an_address_must_be_one_of_the_web() -> None:
    with pytest.raises(ValidationError, match="https://"):
        PlacesSettings(geocoder="nominatim.example.org")
