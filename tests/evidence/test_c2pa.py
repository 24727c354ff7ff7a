"""C2PA manifests within clip and annotated copy: they hold, they name nobody, packets stay."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import MissingExtraError
from pipeline.evidence.c2pa import manifest as c2pa_manifest
from pipeline.evidence.c2pa.box import certificate_in, manifest_of
from pipeline.evidence.c2pa.manifest import TRIMMED, Source, credentials_of, embed
from pipeline.evidence.keys import Key
from pipeline.evidence.package import make_package
from pipeline.evidence.packets import packets_are_identical
from pipeline.evidence.seal import Sealing, resealed
from pipeline.evidence.verify import Verification, verify
from pipeline.settings import Settings
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, gps_of, plate_of, request_of, trip_of

c2pa = pytest.importorskip("c2pa", reason="the extra [c2pa] is not installed")

SOURCE = Source("ab" * 32, 12_345, 1.0, 3.0)
KEY = Key(bytes(range(32)))


@pytest.fixture(scope="module")
def own_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A key and a folder of this test's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASHCAM_DATA", str(tmp_path_factory.mktemp("own")))
        yield


@pytest.fixture(scope="module")
def credited(
    own_key: None, film: Film, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """A package with manifests, and its original."""
    original = film("whole.mp4")
    footage = replace(footage_of(original), gps=gps_of(8))
    settings = Settings.model_validate(
        {"evidence": {"lead_up_s": 1, "aftermath_s": 1, "c2pa": True}}
    )
    request = request_of(trip_of(footage), plate=plate_of(0.93, 2.4))
    return make_package(request, tmp_path_factory.mktemp("credited"), settings), original


def answers(result: Verification) -> dict[str, bool]:
    return {check.message: check.ok for check in result.checks if check.name == "c2pa"}


def test_a_package_with_manifests(credited: tuple[Path, Path]) -> None:
    package, original = credited
    result = verify(package, original)
    assert result.ok, [check for check in result.checks if not check.ok]
    assert list(answers(result).values()) == [True, True]
    assert any("clip.mp4, annotated.mp4" in sentence for sentence in result.proved)
    assert any("not from a known signer" in sentence for sentence in result.not_proved)
    assert any("bit-identical" in check.message for check in result.checks)
    custody = json.loads((package / "data" / "custody.json").read_text(encoding="utf-8"))
    (step,) = [one for one in custody["steps"] if one["action"] == "credentials"]
    assert step["note"] == "clip.mp4, annotated.mp4"


def test_the_library_by_itself_agrees(credited: tuple[Path, Path]) -> None:
    package, _ = credited
    for name in ("clip.mp4", "annotated.mp4"):
        with c2pa.Reader(str(package / "data" / name)) as reader:
            assert reader.get_validation_state() == "Valid"
            told = json.loads(reader.json())
        codes = [one["code"] for one in told["validation_status"]]
        assert codes == ["signingCredential.untrusted"], "what nobody vouches for is not trusted"


def test_it_names_the_original_and_nobody(credited: tuple[Path, Path]) -> None:
    package, original = credited
    record = json.loads((package / "data" / "incident.json").read_text(encoding="utf-8"))
    jumbf = manifest_of(package / "data" / "clip.mp4")
    assert jumbf is not None
    assert record["originals"][0]["sha256"].encode() in jumbf
    user, machine = os.environ.get("USER") or "nobody-of-that-name", os.uname().nodename
    for word in (original.name, str(original.parent), user if len(user) > 3 else "/home", machine):
        assert word.encode() not in jumbf, word
    for word in (b"2025", b"2026", b"106.19", b"Asia"):  # no time, no place
        assert word not in jumbf, word


def test_packets_stay(film: Film, tmp_path: Path) -> None:
    before = film("whole.mp4")
    after = Path(shutil.copy(before, tmp_path / "after.mp4"))
    assert embed(after, [SOURCE], [TRIMMED], KEY)
    assert packets_are_identical(after, before).identical
    found = credentials_of(after)
    assert found is not None and found.holds
    assert found.key == KEY.public.raw and found.sources == (SOURCE.sha256,)
    assert sorted(tmp_path.iterdir()) == [after]


def test_certificates_are_always_the_same(film: Film, tmp_path: Path) -> None:
    found = []
    for name in ("one.mp4", "two.mp4"):
        path = Path(shutil.copy(film("whole.mp4"), tmp_path / name))
        embed(path, [SOURCE], [TRIMMED], KEY)
        found.append(certificate_in(manifest_of(path) or b""))
    assert found[0] is not None and found[0] == found[1]


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
def test_a_changed_film_is_found(film: Film, tmp_path: Path, at: float) -> None:
    path = Path(shutil.copy(film("whole.mp4"), tmp_path / "film.mp4"))
    embed(path, [SOURCE], [TRIMMED], KEY)
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 1
    path.write_bytes(content)
    found = credentials_of(path)
    assert found is not None and not found.holds and found.faults


def test_a_manifest_by_another_key(credited: tuple[Path, Path], tmp_path: Path) -> None:
    package = Path(shutil.copytree(credited[0], tmp_path / credited[0].name))
    with resealed(package, "again", seal=Sealing(KEY)):
        pass
    result = verify(package)
    assert result.ok and all("sealed it earlier" in message for message in answers(result))
    assert not any("C2PA" in sentence for sentence in result.proved), "not by the last key"
    custody = package / "data" / "custody.json"
    told = json.loads(custody.read_text(encoding="utf-8"))
    for one in told["steps"]:
        one["key"] = None
    custody.write_text(json.dumps(told), encoding="utf-8")
    with resealed(package, "forged", seal=Sealing(KEY), check=False):
        pass
    result = verify(package)
    assert not result.ok and not any(answers(result).values())
    assert all("another key" in message for message in answers(result))


def test_what_has_no_manifest(film: Film, tmp_path: Path) -> None:
    assert credentials_of(film("whole.mp4")) is None
    matroska = film("whole.mkv")
    assert credentials_of(matroska) is None
    copy = Path(shutil.copy(matroska, tmp_path / "film.mkv"))
    assert not embed(copy, [SOURCE], [TRIMMED], KEY)
    assert copy.read_bytes() == matroska.read_bytes()
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 100)
    assert not embed(broken, [SOURCE], [TRIMMED], KEY)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("cut", [1, 9, 40, 200, 2000, 5000])
def test_torn_manifests_are_no_trouble(film: Film, tmp_path: Path, cut: int) -> None:
    path = Path(shutil.copy(film("whole.mp4"), tmp_path / "film.mp4"))
    embed(path, [SOURCE], [TRIMMED], KEY)
    jumbf = manifest_of(path) or b""
    assert certificate_in(jumbf) is not None
    certificate_in(jumbf[:-cut])
    certificate_in(jumbf[cut:])


def test_without_the_extra(
    credited: tuple[Path, Path], film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    result = verify(credited[0])
    assert result.ok and all("[c2pa]" in message for message in answers(result))
    settings = Settings.model_validate({"evidence": {"c2pa": True}})
    with pytest.raises(MissingExtraError, match=r"\[c2pa\]"):
        make_package(request_of(trip_of(footage_of(film("whole.mp4")))), tmp_path, settings)
    assert not list(tmp_path.iterdir())
    with pytest.raises(MissingExtraError):
        c2pa_manifest.require()
