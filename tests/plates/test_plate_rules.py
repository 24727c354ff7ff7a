"""The data file of plate rules, and what is said when somebody breaks it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.plates.rules import ALPHABET, plate_rules
from pipeline.resources import shipped


def test_the_shipped_rules_are_whole() -> None:
    rules = plate_rules()
    assert rules.provinces["51"] == "TP Hồ Chí Minh"
    assert rules.provinces["98"] == "Bắc Giang"
    assert not {"10", "13", "87", "91", "96"} & set(rules.provinces)
    assert np.allclose(rules.said.sum(axis=0), 1.0)
    place = [ALPHABET.index(letter) for letter in "8BX"]
    eight, b, x = place
    assert rules.said[eight, b] > 5 * rules.said[x, b]


def test_a_corrected_entry_is_used(tmp_path: Path) -> None:
    text = (shipped("configs") / "plates.vietnam.yaml").read_text(encoding="utf-8")
    changed = tmp_path / "plates.yaml"
    changed.write_text(text.replace('"11": Cao Bằng', '"13": Nơi Mới'), encoding="utf-8")
    assert plate_rules(changed).provinces["13"] == "Nơi Mới"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"11": Cao Bằng', "11: Cao Bằng\n  123: Xa"),
        ('written: "***-****"', 'written: "***-***"'),
        ('"digits:4"', '"letters:4"'),
        ("provinces:", "places:"),
        ("confusions:", "confusions: ["),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, old: str, new: str) -> None:
    text = (shipped("configs") / "plates.vietnam.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"broken\.yaml") as caught:
        plate_rules(broken)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        plate_rules(tmp_path / "nowhere.yaml")
