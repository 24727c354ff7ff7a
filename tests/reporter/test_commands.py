"""`dashcam reporter` as a person meets it: set, show, forget; refusals in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reporter.conftest import WHO, Program


@pytest.mark.parametrize("command", ["set", "show", "forget", "seal", "open"])
def test_help_shows_an_example(program: Program, command: str) -> None:
    run = program("reporter", command, "--help")
    assert run.code == 0
    assert f"dashcam reporter {command}" in run.out.split("Example:")[1]


def test_no_option_takes_an_identity(program: Program) -> None:
    """What is on a command line is in the shell's history, and in the list of processes."""
    shown = program("reporter", "set", "--help").out
    assert not any(f"--{name}" in shown for name in (*WHO, "id", "cccd"))


def test_set_show_forget(program: Program) -> None:
    kept = program("reporter", "set", "--store", "file", "--from-file", "-", stdin=json.dumps(WHO))
    assert kept.code == 0 and kept.out == ""
    assert not any(value in kept.err for value in WHO.values())
    shown = program("reporter", "show", "--json")
    assert shown.lines == [WHO]
    assert WHO["name"] in program("reporter", "show").out
    wrong = program("reporter", "show", DASHCAM_REPORTER_PASSPHRASE="quite another")
    assert wrong.code == 2 and wrong.out == "" and len(wrong.err.splitlines()) == 1
    assert program("reporter", "forget").code == 0
    gone = program("reporter", "show")
    assert gone.code == 2 and "dashcam reporter set" in gone.err


@pytest.mark.parametrize("debug", [False, True])
def test_a_wrong_value_is_not_quoted(program: Program, debug: bool) -> None:
    """Not even with a traceback."""
    told = {**WHO, "number": "003190765432"}
    run = program(
        *(("--debug",) if debug else ()),
        *("reporter", "set", "--store", "file", "--from-file", "-"),
        stdin=json.dumps(told),
    )
    assert run.code != 0 and ("Traceback" in run.err) == debug
    assert "mã tỉnh" in run.err
    assert not any(value in run.err + run.out for value in told.values())


def test_nobody_to_ask(program: Program, tmp_path: Path) -> None:
    run = program("reporter", "set")
    assert run.code == 2 and "--from-file" in run.err
    asked = program("reporter", "set", "--store", "file", "--from-file", "-",
                    stdin=json.dumps(WHO), DASHCAM_REPORTER_PASSPHRASE="")  # fmt: skip
    assert asked.code == 2 and "DASHCAM_REPORTER_PASSPHRASE" in asked.err
    missing = program("reporter", "set", "--from-file", tmp_path / "no.yaml")
    assert missing.code == 3 and "no.yaml" in missing.err


def test_sealing_wants_a_word_and_a_key(program: Program, tmp_path: Path) -> None:
    program("reporter", "set", "--store", "file", "--from-file", "-", stdin=json.dumps(WHO))
    unsaid = program("reporter", "seal", tmp_path)
    assert unsaid.code == 2 and "--to" in unsaid.err
    silent = program("reporter", "seal", tmp_path, "--to", "age1x")
    assert silent.code == 2 and "chưa đồng ý" in silent.err
    wrong = program("reporter", "seal", tmp_path, "--to", "age1x", "--yes")
    assert wrong.code == 2 and "not a public key of age" in wrong.err
    nothing = program("reporter", "seal", tmp_path, "--channel", "police_email", "--yes")
    assert nothing.code == 2 and "public key" in nothing.err
