"""Road names from a Nominatim server that the user named and consented to.

Asking tells that server where the person was. So nobody is asked by default; what is sent is the
position of the act and nothing else, rounded to about ten metres; and what was answered is kept, so
that a place is asked about once. The form of the question:
https://nominatim.org/release-docs/latest/api/Reverse/
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import requests

from pipeline import __version__
from pipeline.settings import PlacesSettings
from pipeline.vision.cache import cache_dir

DIGITS = 4  # of a degree: 11 m
BETWEEN_S = 1.0  # the usage policy of the public server: at most one question a second
STREET = 17  # Nominatim's zoom of "major and minor streets"
LONGEST = 1 << 20  # bytes of an answer that are read
NOTHING_THERE = "Unable to geocode"  # in its words; an answer like any other

_turn = threading.Lock()
_last_asked = 0.0


class Geocoder:
    """Asks one server for the road at a position, at most once a second, and remembers."""

    def __init__(self, url: str, *, timeout_s: float = 5.0, cache: Path | None = None) -> None:
        self._url = url.rstrip("/").removesuffix("/reverse") + "/reverse"
        self._timeout_s = timeout_s
        self._cache = cache or cache_dir() / "roads.sqlite"
        self.host = urlsplit(url).netloc.rpartition("@")[2]

    @classmethod
    def of(cls, settings: PlacesSettings) -> Geocoder | None:
        """The geocoder of these settings; None without an address or without consent."""
        if settings.geocoder is None or not settings.consent:
            return None
        return cls(settings.geocoder, timeout_s=settings.timeout_s)

    def road(self, latitude: float, longitude: float) -> tuple[str | None, str | None]:
        """The road's name, or None; and a warning where the server could not be asked."""
        place = f"{latitude:.{DIGITS}f}", f"{longitude:.{DIGITS}f}"
        known, road = self._remembered(place)
        if known:
            return road, None
        try:
            answer = self._asked(place)
        except (requests.RequestException, ValueError) as error:
            return None, f"{self.host}: no road name, the geocoder failed ({_reason(error)})"
        problem = answer.get("error")
        if problem and problem != NOTHING_THERE:
            text = json.dumps(problem, ensure_ascii=False)[:120]
            return None, f"{self.host}: no road name, the geocoder says: {text}"
        road = _road(answer)
        self._remember(place, road)
        return road, None

    def _asked(self, place: tuple[str, str]) -> dict[str, object]:
        global _last_asked
        with _turn:
            time.sleep(max(0.0, _last_asked + BETWEEN_S - time.monotonic()))
            try:
                with requests.get(
                    self._url,
                    params={
                        "lat": place[0],
                        "lon": place[1],
                        "format": "jsonv2",
                        "zoom": str(STREET),
                        "layer": "address",
                        "accept-language": "vi",
                    },
                    headers={"User-Agent": f"dashcam-evidence/{__version__}"},
                    timeout=self._timeout_s,
                    stream=True,
                    allow_redirects=False,  # consent was given for this server alone
                ) as response:
                    response.raise_for_status()
                    if response.is_redirect:
                        raise ValueError(f"it sends us on to {response.headers.get('location')}")
                    content = _read(response, time.monotonic() + self._timeout_s)
            finally:
                _last_asked = time.monotonic()
        answer = json.loads(content)
        if not isinstance(answer, dict):
            raise ValueError("its answer is no Nominatim answer")
        return answer

    def _remembered(self, place: tuple[str, str]) -> tuple[bool, str | None]:
        try:
            with closing(self._open()) as base, base:
                row = base.execute(
                    "SELECT road FROM roads WHERE server = ? AND lat = ? AND lon = ?",
                    (self._url, *place),
                ).fetchone()
        except (sqlite3.Error, OSError):
            return False, None  # a cache that cannot be used costs a question, no more
        return (False, None) if row is None else (True, row[0])

    def _remember(self, place: tuple[str, str], road: str | None) -> None:
        with suppress(sqlite3.Error, OSError), closing(self._open()) as base, base:
            base.execute(
                "INSERT OR REPLACE INTO roads VALUES (?, ?, ?, ?)", (self._url, *place, road)
            )

    def _open(self) -> sqlite3.Connection:
        self._cache.parent.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(self._cache, timeout=2.0)
        base.execute(
            "CREATE TABLE IF NOT EXISTS roads "
            "(server TEXT, lat TEXT, lon TEXT, road TEXT, PRIMARY KEY (server, lat, lon))"
        )
        return base


def _read(response: requests.Response, until: float) -> bytes:
    """The body, given up where it is too long or comes too slowly."""
    content = b""
    for block in response.iter_content(1 << 14):
        content += block
        if len(content) > LONGEST:
            raise ValueError("its answer is too long")
        if time.monotonic() > until:
            raise requests.Timeout
    return content


def _road(answer: dict[str, object]) -> str | None:
    """The road of an answer, never the house number."""
    address = answer.get("address")
    road = address.get("road") if isinstance(address, dict) else None
    return road.strip()[:200] or None if isinstance(road, str) else None


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.ConnectionError):
        return "cannot be reached"
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
