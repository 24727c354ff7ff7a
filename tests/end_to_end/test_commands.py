"""Every command: its help, its exit codes, its two kinds of output."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from tests.end_to_end.conftest import ROOT, Dashcam, environment

COMMANDS = [
    ("process",),
    ("detect",),
    ("plates",),
    ("inspect",),
    ("judge",),
    ("verify",),
    ("form",),
    ("redact",),
    ("submit",),
    ("key", "show"),
    ("key", "export"),
    ("channels",),
    ("submitted", "list"),
    ("submitted", "sent"),
    ("submitted", "answer"),
    ("reporter", "set"),
    ("reporter", "show"),
    ("reporter", "forget"),
    ("reporter", "seal"),
    ("reporter", "open"),
    ("rules", "list"),
    ("rules", "explain"),
    ("doctor",),
    ("models", "list"),
    ("models", "pull"),
    ("config", "show"),
    ("config", "schema"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_shows_an_example(dashcam: Dashcam, command: tuple[str, ...]) -> None:
    run = dashcam(*command, "--help")
    assert run.code == 0
    assert f"dashcam {' '.join(command)}" in run.out.split("Example:")[1]


def test_no_command_shows_them_all(dashcam: Dashcam) -> None:
    run = dashcam("--help")
    assert run.code == 0
    assert all(command[0] in run.out for command in COMMANDS)


def test_version(dashcam: Dashcam) -> None:
    from pipeline import __version__

    assert dashcam("--version").out.strip() == __version__


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("process",), "Missing argument"),
        (("fly",), "No such command"),
        (("process", "x.mp4", "--rules", "speeding"), "speeding: no such rule; there are:"),
        (("process", "x.mp4", "--start-time", "noon"), "write it like 2025-"),
        (("process", "x.mp4", "--config", "missing.yaml"), "missing.yaml"),
        (("process", "x.mp4", "--weights", "missing.onnx"), "missing.onnx"),
        (("process", "x.mp4", "--lang", "fr"), "language"),
        (("models", "pull", "nothing-of-the-kind"), "no released model"),
    ],
)
def test_wrong_usage_is_code_2(dashcam: Dashcam, arguments: tuple[str, ...], words: str) -> None:
    run = dashcam(*arguments)
    assert run.code == 2
    assert words in run.err
    assert run.out == ""


def test_the_schema_describes_the_settings(dashcam: Dashcam) -> None:
    import yaml

    schema = json.loads(dashcam("config", "schema").out)
    shown = yaml.safe_load(dashcam("config", "show").out)
    jsonschema.validate(shown, schema)
    assert shown["footage"]["sample_rate_hz"] == 5


def test_layers_of_settings(dashcam: Dashcam, tmp_path: Path) -> None:
    import yaml

    mine = tmp_path / "mine.yaml"
    mine.write_text("footage: {sample_rate_hz: 3}\nlanguage: en\n", encoding="utf-8")
    shown = yaml.safe_load(dashcam("config", "show", "--config", mine).out)
    assert (shown["footage"]["sample_rate_hz"], shown["language"]) == (3, "en")
    over = dashcam("config", "show", "--config", mine, DASHCAM_FOOTAGE__SAMPLE_RATE_HZ="7")
    assert yaml.safe_load(over.out)["footage"]["sample_rate_hz"] == 7


@pytest.mark.parametrize(
    "text",
    ["footage: {rate: 3}", "footage: {sample_rate_hz: 0}", "footage: [", "- a", "\x00"],
)
def test_a_bad_configuration_is_named(dashcam: Dashcam, tmp_path: Path, text: str) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(text, encoding="utf-8")
    run = dashcam("config", "show", "--config", bad)
    assert run.code == 2
    assert "bad.yaml" in run.err and len(run.err.splitlines()) == 1


def test_the_doctor_finds_this_machine_well(dashcam: Dashcam) -> None:
    run = dashcam("doctor", "--json")
    assert run.code == 0, run.out
    checks = {line["name"]: line for line in run.lines}
    assert checks["FFmpeg"]["ok"] and checks["Shipped model"]["ok"]


def test_the_doctor_names_extras_in_full(dashcam: Dashcam) -> None:
    shown = dashcam("doctor", COLUMNS="300").out
    absent = [line for line in dashcam("doctor", "--json").lines if line["ok"] is None]
    assert all(line["remedy"] in shown for line in absent)


def test_models_are_listed(dashcam: Dashcam) -> None:
    shipped = [line for line in dashcam("models", "list", "--json").lines if line["here"]]
    assert {"road_users"} <= {line["name"] for line in shipped}
    assert all(line["licence"] and len(line["sha256"]) == 64 for line in shipped)


def test_an_interrupted_run_says_so_and_can_be_taken_up(dashcam: Dashcam, tmp_path: Path) -> None:
    """Ctrl-C half-way: code 130, one line, no half package, no process left; then it goes on."""
    clips = sorted((ROOT / "sample_videos").glob("*.mp4"))
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "process", *map(str, clips), "-o", str(out)],
        cwd=ROOT,
        env=environment(tmp_path / "home"),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not list(out.glob("record/*/trip.json")) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    if process.returncode == 0:
        pytest.skip("the run was over before it could be interrupted")
    assert process.returncode == 130
    assert "interrupted" in err and "Traceback" not in err
    assert not list(out.glob("packages/.*")) and not list(out.glob("record/.*"))
    whole = dashcam("process", *clips, "-o", out)
    assert whole.code == 0
    assert (out / "run.json").is_file()
