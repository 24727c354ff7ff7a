"""`dashcam rules`: which acts are looked for, and how each is judged."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.commands.common import Config, Json, emit, settings_of
from pipeline.errors import UsageError

app = typer.Typer(
    help="The rules: which acts are looked for, and how each is judged.", no_args_is_help=True
)
Lang = Annotated[str | None, typer.Option("--lang", metavar="vi|en", help="Language.")]


@app.command("list")
def rules_list(config: Config = None, lang: Lang = None, as_json: Json = False) -> None:
    """List the acts of the plan: which have a rule, and which are switched on.

    Example: `dashcam rules list --lang en`
    """
    from pipeline.violations.law import acts
    from pipeline.violations.registry import known_rules, load_rules

    settings = settings_of(config, language=lang)
    rules = known_rules()
    running = {rule.id for rule in load_rules(None, settings.rules)}
    heads = ("id", "hành vi", "") if settings.language == "vi" else ("id", "act", "")
    states = _STATES[settings.language]
    table = Table(*heads, box=None)
    for name, act in acts().items():
        state = "on" if name in running else "off" if name in rules else "none"
        if as_json:
            emit({"id": name, "vi": act.vi, "en": act.en, "state": state})
        else:
            table.add_row(name, escape(getattr(act, settings.language)), states[state])
    if not as_json:
        Console().print(table)


@app.command("explain")
def rules_explain(
    name: Annotated[str, typer.Argument(metavar="ID", help="A rule's id.")],
    config: Config = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Say what a rule observes, how it decides, what it cannot tell, and its settings.

    Example: `dashcam rules explain passenger_overload`
    """
    from pipeline.violations.law import acts
    from pipeline.violations.registry import known_rules, load_rules

    settings = settings_of(config, language=lang)
    act = acts().get(name)
    if act is None:
        raise UsageError(f"{name}: no such act; there are: {', '.join(acts())}")
    cls = known_rules().get(name)
    values: dict[str, Any] = {}
    told: dict[str, str] = {}
    how = ""
    if cls is not None:
        (rule,) = load_rules([name], settings.rules)
        values = rule.settings.model_dump(mode="json")
        fields = cls.settings_type.model_fields.items()
        told = {field: info.description or "" for field, info in fields}
        how = inspect.getdoc(inspect.getmodule(cls)) or ""
    if as_json:
        emit({"id": name, **act.model_dump(mode="json"), "how": how, "settings": values})
        return
    vietnamese = settings.language == "vi"
    print(f"{name}: {act.vi if vietnamese else act.en}\n")
    print((act.observed_vi if vietnamese else act.observed_en) + "\n")
    for source, title in ((act.forbids, _NORM), (act.fine, _FINE)):
        text = source.text if source and source.checked else _TO_CHECK[settings.language]
        print(f"{title[settings.language]}: {text}")
    for limit, value in act.limits.items():
        print(f"{limit}: {value:g}")
    if cls is None:
        print("\n" + _STATES[settings.language]["none"])
        return
    print(f"\n{how}\n")
    table = Table("rules." + name, "", "", box=None)
    for field, value in values.items():
        table.add_row(field, str(value), escape(told.get(field, "")))
    Console().print(table)


_STATES = {
    "vi": {"on": "bật", "off": "tắt", "none": "chưa có quy tắc"},
    "en": {"on": "on", "off": "off", "none": "no rule yet"},
}
_NORM = {"vi": "Quy định", "en": "Norm"}
_FINE = {"vi": "Xử phạt", "en": "Sanction"}
_TO_CHECK = {"vi": "cần đối chiếu với văn bản luật", "en": "to be checked against the law's text"}
