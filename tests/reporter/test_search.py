"""The whole way with a real program: the reporter is in no file that it writes, in any form.

The person's name is that of their home folder and user, and is in the metadata of their camera's
file; their identity is set, sealed into the package, and that is made ready for every channel.
"""

from __future__ import annotations

import base64
import json
import shutil
import struct
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from pipeline.footage.binary import ffmpeg_path
from pipeline.reporter.traces import Trace, Traces, words_of
from tests.end_to_end.conftest import ROOT, Run
from tests.reporter.conftest import WHO, Program

CLIP = ROOT / "sample_videos" / "20250529_181108_overload.mp4"
SEARCH = Traces(words_of(WHO))
CHANNELS = ("police_email", "police_web_form", "police_chat", "police_handover")


def telling(clip: Path, target: Path) -> None:
    """A camera's file with its owner in every corner, some of which no program knows."""
    names = ("artist", "author", "comment", "title", "com.apple.quicktime.author", "serial_number")
    metadata = [part for name in names for part in ("-metadata", f"{name}={WHO['name']}")]
    command = [ffmpeg_path(), "-y", "-v", "error", "-i", clip, "-c", "copy", *metadata]
    command += ["-metadata:s:v", f"handler_name={WHO['phone']}"]
    command += ["-movflags", "use_metadata_tags", target]
    subprocess.run(command, check=True)
    content = bytearray(target.read_bytes())
    for kind, word in ((b"CAME", WHO["number"]), (b"free", WHO["address"]), (b"uuid", WHO["name"])):
        told = bytes(16) + word.encode()
        content += struct.pack(">I4s", 8 + len(told), kind) + told
    target.write_bytes(content)


@pytest.fixture(scope="module")
def office() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def way(tmp_path: Path, program: Program, office: pyrage.x25519.Identity) -> tuple[Path, list[Run]]:
    """Everything that a person does, in a home of their name; the home, and what was said."""
    home = tmp_path / WHO["name"]
    card = home / "DCIM"
    card.mkdir(parents=True)
    telling(CLIP, card / CLIP.name)
    assert {trace.label for trace in SEARCH.in_folder(card)} >= set(WHO)

    def run(*arguments: str | Path, stdin: str = "") -> Run:
        done = program(*arguments, stdin=stdin, home=home, USER=WHO["name"], LOGNAME=WHO["name"])
        assert done.code == 0, done.err
        return done

    said = [run("process", card, "-o", home / "out", "--rules", "passenger_overload")]
    (package,) = [path for path in (home / "out" / "packages").iterdir() if path.is_dir()]
    lines = "".join(f"{name}: {value}\n" for name, value in WHO.items())
    said.append(run("reporter", "set", "--store", "file", "--from-file", "-", stdin=lines))
    said.append(run("reporter", "seal", package, "--to", str(office.to_public()), "--yes"))
    for channel in CHANNELS:
        said.append(run("submit", package, "--channel", channel, "-o", home / "send", "--anyway"))
    said.append(run("submitted", "answer", "1", "Đã tiếp nhận"))
    said.append(run("submitted", "list", "--json"))
    said.append(run("verify", package, "--json"))
    keys = tmp_path / "office.key"
    keys.write_text(str(office), encoding="utf-8")
    opened = run("reporter", "open", package, "--identity", keys, "--json")
    assert json.loads(opened.out)["reporter"] == WHO
    return home, said


def found(home: Path) -> list[Trace]:
    """Traces in all that the program wrote: the home but for the camera's card."""
    return [
        trace
        for folder in home.iterdir()
        if folder.name != "DCIM"
        for trace in SEARCH.in_folder(folder)
    ]


def test_nobody_is_named(way: tuple[Path, list[Run]]) -> None:
    home, said = way
    written = [path for path in home.rglob("*") if path.is_file() and "DCIM" not in path.parts]
    kinds = {path.suffix for path in written}
    assert {".mp4", ".pdf", ".html", ".json", ".jpg", ".age", ".eml", ".zip", ".txt"} <= kinds
    assert len(written) > 30
    assert found(home) == []
    secrets = Traces({name: WHO[name] for name in ("number", "address", "phone")})
    for run in said:  # paths that the person typed may be said to them again
        assert not list(secrets.in_content((run.out + run.err).encode(), "said"))
    _each_plant_is_found(home)


def _each_plant_is_found(home: Path) -> None:
    """The same search over the same tree, with one word put into one of its files."""
    package = next((home / "out" / "packages").iterdir())
    name, number = WHO["name"], WHO["number"]
    plants: list[tuple[Path, Callable[[bytes], bytes]]] = [
        (home / "out" / "run.json", lambda old: old + name.encode("utf-16-le")),
        (package / "data" / "clip.mp4", lambda old: old[:999] + number.encode() + old[999:]),
        (package / "data" / "report.vi.html", lambda old: old + _loose(name)),
        (package / "bag-info.txt", lambda old: old + base64.b64encode(b"ab" + name.encode())),
        (next((home / "send").glob("*.eml")), lambda old: b"X-Who: " + _quoted(name) + old),
    ]
    for path, change in plants:
        old = path.read_bytes()
        path.write_bytes(change(old))
        assert found(home), path.name
        path.write_bytes(old)
    zipped = next((home / "send").glob("*.zip"))
    shutil.copy(package / "data" / "incident.json", home / "send" / f"{number}.json")
    assert found(home), "a name of a file"
    (home / "send" / f"{number}.json").unlink()
    assert zipped.is_file() and found(home) == []


def _loose(text: str) -> bytes:
    return unicodedata.normalize("NFD", text).encode()


def _quoted(text: str) -> bytes:
    from email.header import Header

    return Header(text, "utf-8").encode().encode() + b"\r\n"


def test_a_name_in_clear_stops_the_seal(
    tmp_path: Path, program: Program, office: pyrage.x25519.Identity
) -> None:
    """The footage is called like its owner: the record names it, so the seal would be in vain."""
    card = tmp_path / "card"
    card.mkdir()
    shutil.copy(CLIP, card / "20250529_181108_Nguyen Thi Anh Dao.mp4")
    run = program("process", card, "-o", tmp_path / "out", "--rules", "passenger_overload")
    assert run.code == 0, run.err
    (package,) = (tmp_path / "out" / "packages").iterdir()
    lines = json.dumps(WHO)
    program("reporter", "set", "--store", "file", "--from-file", "-", stdin=lines)
    key = str(office.to_public())
    refused = program("reporter", "seal", package, "--to", key, "--yes")
    assert refused.code == 4
    assert "Họ và tên" in refused.err and "incident.json" in refused.err
    assert WHO["name"] not in refused.err and "Anh Dao" not in refused.err
    assert not (package / "data" / "reporter.age").exists()
    agreed = program("reporter", "seal", package, "--to", key, "--yes", "--anyway")
    assert agreed.code == 0 and (package / "data" / "reporter.age").is_file()
