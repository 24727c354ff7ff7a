"""The reporter: nothing prints them, and no error quotes them."""

from __future__ import annotations

import json
import traceback

import pytest

from pipeline.reporter.person import (
    FIELDS,
    ReporterError,
    as_bytes,
    from_bytes,
    reporter_of,
    told_in,
)
from pipeline.wording import _TEXTS


def test_it_is_hidden_wherever_objects_are_shown(told: dict[str, str]) -> None:
    reporter = reporter_of(told, "vi")
    shown = [repr(reporter), str(reporter), f"{reporter}", f"{[reporter]!r}"]
    for text in shown:
        assert not any(value in text for value in told.values())
    assert reporter.as_json() == told


def test_what_is_missing_is_named(told: dict[str, str]) -> None:
    told["phone"] = "  "
    del told["address"]
    with pytest.raises(ReporterError, match="Địa chỉ, Điện thoại"):
        reporter_of(told, "vi")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Zxqv9 Wtyp"),
        ("number", "001190QQ3456"),
        ("address", "Zxqvw"),
        ("phone", "0000777888"),
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_error_never_quotes(told: dict[str, str], field: str, value: str, language: str) -> None:
    told[field] = value
    with pytest.raises(ReporterError) as caught:
        reporter_of(told, language)  # type: ignore[arg-type]
    whole = "".join(traceback.format_exception(caught.value))
    assert value not in whole
    assert not any(good in whole for good in told.values())


@pytest.mark.parametrize(
    "text",
    [
        "name: [Zxqvw",
        "Zxqvw",
        '{"name": "Zxqvw", "number": }',
        "name: Zxqvw\nsecret: Zxqvw",
        "- Zxqvw",
        "name: !!python/object:os.system Zxqvw",
        "\x00Zxqvw",
    ],
)
def test_a_file_that_cannot_be_read_is_not_quoted(text: str) -> None:
    """A YAML parser's own message shows the line: it must not come along, not even as a cause."""
    with pytest.raises(ReporterError) as caught:
        reporter_of(told_in(text, "en"), "en")
    assert "Zxqvw" not in "".join(traceback.format_exception(caught.value))


def test_both_ways_to_write_a_file(told: dict[str, str]) -> None:
    lines = "".join(f"{name}: {value}\n" for name, value in told.items())
    assert told_in(lines, "vi") == told, "a number that begins with 0 stays as it is"
    assert told_in(json.dumps(told), "vi") == told


def test_loose_diacritics_are_joined(told: dict[str, str]) -> None:
    import unicodedata

    loose = {name: unicodedata.normalize("NFD", value) for name, value in told.items()}
    assert reporter_of(loose, "vi").as_json() == told


def test_it_can_be_kept_and_read_again(told: dict[str, str]) -> None:
    reporter = reporter_of(told, "vi")
    assert from_bytes(as_bytes(reporter), "vi") == reporter
    with pytest.raises(ReporterError):
        from_bytes(b"\xff{", "vi")


def test_every_message_is_there_in_both_languages() -> None:
    for key, pair in _TEXTS.items():
        if key.startswith(("reporter.", "submit.")):
            assert set(pair) == {"vi", "en"} and all(pair.values()), key
    assert all(f"reporter.field.{name}" in _TEXTS for name in FIELDS)
