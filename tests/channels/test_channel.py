"""The channels' file: what ships is marked as what it is, and a person's own goes over it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipeline.channels.channel import channel_named, channels
from pipeline.errors import ConfigError, UsageError

KEY = "age1" + "q" * 58


def test_there_is_one_of_each_kind() -> None:
    shipped = channels()
    assert {one.kind for one in shipped.values()} == {"email", "web_form", "chat", "handover"}
    for one in shipped.values():
        assert one.title.vi and one.title.en


def test_no_address_without_a_source() -> None:
    for name, one in channels().items():
        assert (one.address is None and one.age_key is None) or one.source, name
        assert not one.checked or one.source, name


def test_a_file_of_one_s_own_goes_over_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.yaml"
    entry = {
        "kind": "email",
        "title": {"vi": "Công an tỉnh", "en": "Provincial police"},
        "address": "csgt@example.org",
        "age_key": KEY,
        "checked": True,
        "source": "a letter from the office",
        "limits": {"message_mb": 5},
    }
    own.write_text(yaml.safe_dump({"channels": {"police_email": entry}}), encoding="utf-8")
    monkeypatch.setenv("DASHCAM_CHANNELS", str(own))
    found = channels()
    assert found["police_email"].address == "csgt@example.org"
    assert "police_web_form" in found
    extra = tmp_path / "extra.yaml"
    entry["address"] = "other@example.org"
    extra.write_text(yaml.safe_dump({"channels": {"police_email": entry}}), encoding="utf-8")
    assert channel_named("police_email", extra).address == "other@example.org"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("channels: [", "YAML"),
        ("- a", "valid dictionary"),
        ("channels: {x: {kind: fax, title: {vi: a, en: b}}}", "channels.x.kind"),
        ("channels: {x: {kind: email, title: {vi: a, en: b}, age_key: age1x}}", "age_key"),
        ("channels: {x: {kind: email, title: {vi: a, en: b}, checked: true}}", "source"),
        ("channels: {x: {kind: email, title: {vi: a, en: b}, limits: {mb: 1}}}", "limits.mb"),
        ("channels: {../x: {kind: email, title: {vi: a, en: b}}}", "../x"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, word: str) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        channels(bad)
    assert "bad.yaml" in str(caught.value) and word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_channel() -> None:
    with pytest.raises(UsageError, match="there are: police_email"):
        channel_named("carrier_pigeon")
