"""Every single change to a package is found, whatever file it is in and whatever kind it is."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.evidence.archive import pack
from pipeline.evidence.verify import verify

Change = tuple[str, Callable[[], None]]  # what it is, and what makes it so

_FLIPS = 10  # per file, beside its first and its last byte
_WHOLE = ("public-key.pem", "signature.ed25519", "bagit.txt")  # in these, a bit of every byte


def files_of(package: Path) -> list[Path]:
    return sorted(path for path in package.rglob("*") if path.is_file())


def flipped(path: Path, content: bytes, at: int, bit: int) -> None:
    changed = bytearray(content)
    changed[at] ^= 1 << bit
    path.write_bytes(changed)


def changes(package: Path, other: Path, chance: random.Random) -> Iterator[Change]:
    """Every mutation, one at a time; whoever takes one undoes it before the next."""
    files = files_of(package)
    for number, path in enumerate(files):
        name = path.relative_to(package).as_posix()
        content = path.read_bytes()
        spots = {0, len(content) - 1}
        if name in _WHOLE:
            spots |= set(range(len(content)))
        spots |= {chance.randrange(len(content)) for _ in range(_FLIPS)}
        for at in sorted(spots):
            bit = chance.randrange(8)
            yield (
                f"bit {bit} of byte {at} of {name}",
                lambda path=path, content=content, at=at, bit=bit: flipped(path, content, at, bit),
            )
        for rest in {0, len(content) // 2, len(content) - 1}:
            yield (
                f"{name} cut to {rest} bytes",
                lambda path=path, content=content, rest=rest: keep(path, content[:rest]),
            )
        for more in (b"\n", b"\0", content):
            yield (
                f"{name} with {len(more)} bytes more",
                lambda path=path, content=content, more=more: keep(path, content + more),
            )
        yield f"{name} taken away", path.unlink
        for new in (f"{path.name}2", path.name.upper(), f".{path.name}"):
            yield f"{name} renamed {new}", lambda path=path, new=new: move(path, new)
        yield (
            f"a copy of {name} beside it",
            lambda path=path: move_copy(path, path.with_name(f"copy-{path.name}")),
        )
        beside = files[(number + 1) % len(files)]
        taken = beside.read_bytes()
        yield (
            f"{name} with the content of {beside.name}",
            lambda path=path, content=taken: keep(path, content),
        )
        strange = other / name
        foreign = strange.read_bytes() if strange.is_file() else content
        if foreign != content:
            yield (
                f"{name} of another package",
                lambda path=path, content=foreign: keep(path, content),
            )
    for folder in ("", "data", "data/stills"):
        where = package / folder
        for new, text in (("fetch.txt", "x"), ("extra", ""), (".hidden", "x"), ("a.sig", "x")):
            yield (
                f"{folder}/{new} put in",
                lambda where=where, new=new, text=text: keep(where / new, text.encode()),
            )
        yield f"an empty folder in {folder}", (where / "empty").mkdir
    groups = (
        ("tagmanifest-sha256.txt", "signature.ed25519"),
        ("public-key.pem", "signature.ed25519"),
        ("manifest-sha256.txt", "tagmanifest-sha256.txt", "signature.ed25519"),
        ("data/incident.json", "data/custody.json"),
        ("data/clip.mp4", "data/incident.json", "data/custody.json", "manifest-sha256.txt"),
        tuple(path.name for path in files if path.parent == package),
    )
    for group in groups:
        yield (
            f"{', '.join(group)} of another package",
            lambda group=group: [
                keep(package / name, (other / name).read_bytes()) for name in group
            ],
        )
        yield (
            f"{', '.join(group)} taken away",
            lambda group=group: [(package / name).unlink() for name in group],
        )


def keep(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def move(path: Path, new: str) -> None:
    path.rename(path.with_name(new))


def move_copy(path: Path, new: Path) -> None:
    shutil.copyfile(path, new)


def restore(package: Path, sound: dict[Path, bytes]) -> None:
    for path in sorted(package.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        elif path.is_file() and path not in sound:
            path.unlink()
    for path, content in sound.items():
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)


def test_no_mutation_is_missed(finished: tuple[Path, Path, Path], tmp_path: Path) -> None:
    package = Path(shutil.copytree(finished[0], tmp_path / finished[0].name))
    sound = {path: path.read_bytes() for path in files_of(package)}
    assert verify(package).ok
    made, missed, silent = 0, [], []
    for what, change in changes(package, finished[1], random.Random(6)):
        change()
        result = verify(package)
        made += 1
        if result.ok:
            missed.append(what)
        if result.proved:
            silent.append(what)
        restore(package, sound)
    assert not missed and not silent
    assert made >= 500, made
    assert verify(package).ok, "what was undone is sound again"
    print(f"{made} mutations of {len(sound)} files, none missed")


def test_no_mutation_of_a_zip_is_missed(finished: tuple[Path, Path, Path], tmp_path: Path) -> None:
    sound = tmp_path / "sound.zip"
    pack(finished[0], sound, finished[0].name)
    content = sound.read_bytes()
    chance = random.Random(7)
    directory = content.index(b"PK\x01\x02")
    spots = [chance.randrange(len(content)) for _ in range(40)]
    spots += [chance.randrange(directory, len(content)) for _ in range(40)]
    changed = tmp_path / f"{finished[0].name}.zip"
    variants = [content[:at] for at in (0, 10, len(content) // 2, len(content) - 1)]
    variants += [content + b"\0", b"\0" + content, content + content]
    for at in spots:
        one = bytearray(content)
        one[at] ^= 1 << chance.randrange(8)
        variants.append(bytes(one))
    missed = []
    for number, variant in enumerate(variants):
        changed.write_bytes(variant)
        if verify(changed).ok:
            missed.append(number)
    assert not missed
    changed.write_bytes(content)
    assert verify(changed).ok
    assert sorted(tmp_path.iterdir()) == sorted([sound, changed])


@pytest.mark.parametrize("form", ["folder", "zip", "zip by another tool"])
def test_untouched_it_passes(finished: tuple[Path, Path, Path], tmp_path: Path, form: str) -> None:
    package = Path(shutil.copytree(finished[0], tmp_path / "in" / finished[0].name))
    if form == "zip":
        pack(package, tmp_path / "it.zip", package.name)
        package = tmp_path / "it.zip"
    elif form == "zip by another tool":
        whole = shutil.make_archive(str(tmp_path / "it"), "zip", package.parent, package.name)
        package = Path(whole)
    result = verify(package, finished[2])
    assert result.ok, [check for check in result.checks if not check.ok]
    assert any("not encoded again" in sentence for sentence in result.proved)


def test_bagit_agrees(finished: tuple[Path, Path, Path], tmp_path: Path) -> None:
    package = Path(shutil.copytree(finished[0], tmp_path / "it"))

    def bagit() -> int:
        command = [sys.executable, "-m", "bagit", "--validate", str(package)]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert bagit() == 0
    with (package / "data" / "clip.mp4").open("ab") as clip:
        clip.write(b"\0")
    assert bagit() != 0
