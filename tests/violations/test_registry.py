"""Rules are found, chosen and set up by their ids."""

import pytest

from pipeline.errors import ConfigError, UsageError
from pipeline.violations.registry import known_rules, load_rules


def test_every_rule_names_itself_in_both_languages() -> None:
    rules = known_rules()
    assert {"passenger_overload", "illegal_parking", "wrong_lane", "weaving"} <= set(rules)
    for rule_id, rule in rules.items():
        assert rule.id == rule_id
        assert set(rule.names) == set(rule.sentence) == {"vi", "en"}
        assert rule.__module__.endswith(rule_id)


def test_named_rules_alone() -> None:
    assert [rule.id for rule in load_rules(["weaving"], {})] == ["weaving"]


def test_a_rule_that_is_switched_off_is_left_out_unless_it_is_named() -> None:
    off = {"weaving": {"enabled": False}}
    assert "weaving" not in [rule.id for rule in load_rules(None, off)]
    assert [rule.id for rule in load_rules(["weaving"], off)] == ["weaving"]


def test_settings_reach_the_rule() -> None:
    (rule,) = load_rules(["illegal_parking"], {"illegal_parking": {"least_s": 30}})
    assert rule.settings.least_s == 30


@pytest.mark.parametrize(
    ("wanted", "settings", "error", "words"),
    [
        (["speeding"], {}, UsageError, "speeding: no such rule; there are: "),
        ([""], {}, UsageError, "no such rule"),
        (None, {"speeding": {}}, UsageError, "speeding"),
        (None, {"weaving": {"swings": 0}}, ConfigError, "rules.weaving.swings"),
        (None, {"weaving": {"swing": 3}}, ConfigError, "rules.weaving.swing"),
    ],
)
def test_mistakes_are_named(wanted, settings, error, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=words):
        load_rules(wanted, settings)
