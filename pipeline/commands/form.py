"""`dashcam form`: what only a person can add to a package, and confirm."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic import ValidationError

from pipeline.commands.common import Config, Json, complain, emit, settings_of
from pipeline.errors import EXIT_CHECK, EXIT_INTERRUPTED, InputError, UsageError
from pipeline.wording import Language, word

_PERSON = "What you add"
_CONFIRM = "What you confirm"


def form(
    package: Annotated[
        Path, typer.Argument(metavar="PACKAGE", help="Evidence package: folder or zip.")
    ],
    road: Annotated[
        str | None, typer.Option("--road", help="Road or street.", rich_help_panel=_PERSON)
    ] = None,
    place: Annotated[
        str | None,
        typer.Option("--place", help="Commune, house, milestone.", rich_help_panel=_PERSON),
    ] = None,
    witnesses: Annotated[
        str | None,
        typer.Option(
            "--witnesses", help="How many, or in words; not you.", rich_help_panel=_PERSON
        ),
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", help="Anything else.", rich_help_panel=_PERSON)
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option("--channel", help="How it is sent; a name or words.", rich_help_panel=_PERSON),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option("--time", help="When it was: 18:11 29/05/2025.", rich_help_panel=_PERSON),
    ] = None,
    kind: Annotated[
        Literal["bicycle", "motorbike", "car", "bus", "truck"] | None,
        typer.Option("--kind", help="Kind of vehicle.", rich_help_panel=_PERSON),
    ] = None,
    plate: Annotated[
        str | None,
        typer.Option("--plate", help="The plate as you read it.", rich_help_panel=_PERSON),
    ] = None,
    plate_illegible: Annotated[
        bool | None,
        typer.Option(
            "--plate-illegible",
            help="You looked, and it cannot be read.",
            rich_help_panel=_CONFIRM,
            show_default=False,
        ),
    ] = None,
    confirm_act: Annotated[
        bool | None,
        typer.Option(
            "--confirm-act/--no-act",
            help="You watched the clip: the act is in it.",
            rich_help_panel=_CONFIRM,
        ),
    ] = None,
    confirm_plate: Annotated[
        bool | None,
        typer.Option(
            "--confirm-plate/--no-plate",
            help="You looked at the pictures: the plate is right.",
            rich_help_panel=_CONFIRM,
        ),
    ] = None,
    statement: Annotated[
        bool | None,
        typer.Option(
            "--statement/--no-statement",
            help="You give the statement of truth that the report shows.",
            rich_help_panel=_CONFIRM,
        ),
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option("--from-file", metavar="FILE", help="Answers as JSON: the options' names."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Change nothing; show what is missing.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit code 4 if it is not ready.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Even where words seem to say who somebody is.")
    ] = False,
    lang: Annotated[
        Literal["vi", "en"] | None, typer.Option("--lang", help="Language of the questions.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Fill in what only a person can: road, witnesses, note; confirm act and plate.

    Asks, unless options answer. The reports are made again and the package is sealed again; what
    the camera saw stays as it is. Nothing here asks who you are: see `dashcam reporter`.

    Example: `dashcam form evidence/packages/2025… --road "Quốc lộ 1" --confirm-act`
    """
    from pipeline.commands.form_questions import ask_all
    from pipeline.evidence.form import Answers, after, fill
    from pipeline.evidence.opened import folder_of, record_of
    from pipeline.evidence.readiness import missing_in, person_in
    from pipeline.evidence.words import term
    from pipeline.reporter.in_clear import reporter_known

    settings = settings_of(config, language=lang)
    language = settings.language
    given = {
        "road": road,
        "place": place,
        "witnesses": witnesses,
        "note": note,
        "channel": channel,
        "time": time,
        "kind": kind,
        "plate": plate,
        "plate_illegible": plate_illegible,
        "confirm_act": confirm_act,
        "confirm_plate": confirm_plate,
        "statement": statement,
    }
    given = {name: value for name, value in given.items() if value is not None}
    if from_file is not None:
        given = _read(from_file, language) | given
    answered = Answers.model_validate(given)
    silent = not given and (show or check or as_json)
    if not given and not silent and not sys.stdin.isatty():
        raise UsageError(word("form.nobody", language))

    with folder_of(package, language) as folder:
        record, person = record_of(folder), person_in(folder)
        if not given and not silent:
            try:
                known = None if anyway else reporter_known(language)
                answered = ask_all(folder, record, person, language, known, anyway=anyway)
            except (KeyboardInterrupt, typer.Abort):
                print(file=sys.stderr)
                complain(word("form.nothing_changed", language))
                raise typer.Exit(EXIT_INTERRUPTED) from None
    if not silent and not show:
        if given and not anyway:
            refuse_identifying(answered, reporter_known(language), language)
        if given and answered.statement:
            print(term("report", "statement", language), file=sys.stderr)
            print(word("form.statement_about", language), file=sys.stderr)
        answered.channel = channel_words(answered.channel, language)
        told = after(person, answered, record, language)
        if told == person:
            print(word("form.same", language), file=sys.stderr)
        else:
            from pipeline.evidence.seal import sealing

            fill(package, told, seal=sealing(settings, complain))
            if (
                person is not None
                and person.statement_confirmed_at
                and (told.statement_confirmed_at is None)
            ):
                print(word("form.statement_gone", language), file=sys.stderr)
        person = told
    missing = missing_in(record, person)
    if as_json:
        emit(
            {
                "package": str(package),
                "id": record.id,
                "status": "not ready" if missing else "ready",
                "missing": [
                    {"field": one.field, "what": one.what(language), "options": one.options}
                    for one in missing
                ],
                "person": None if person is None else person.model_dump(mode="json"),
            }
        )
    else:
        print(word("form.not_ready" if missing else "form.ready", language, package=package))
        for one in missing:
            print(f"  - {one.what(language)}: {one.how(language)}")
    if check and missing:
        raise typer.Exit(EXIT_CHECK)


def refuse_identifying(answers: Any, reporter: dict[str, str] | None, language: Language) -> None:
    """Raises UsageError, without quoting it, where an answer seems to say who somebody is."""
    from pipeline.reporter.in_clear import identifying

    for field, text in answers.words.items():
        labels = identifying(text, reporter)
        if labels:
            held = ", ".join(word(f"form.holds.{label}", language) for label in labels)
            raise UsageError(word("form.identifying", language, field=field, labels=held))


def channel_words(told: str | None, language: Language) -> str | None:
    """The title of a channel that was named; other words as they are."""
    from pipeline.channels.channel import channels

    if not told:
        return told
    known = channels().get(told)
    return told if known is None else known.called(language).split(" (")[0]


def _read(path: Path, language: Language) -> dict[str, Any]:
    """The answers of a file. Raises InputError, which does not quote it."""
    from pipeline.evidence.form import Answers

    fields = ", ".join(Answers.model_fields)
    try:
        answers = Answers.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror})", "check --from-file") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise UsageError(
            word("form.answers_bad", language, path=path, why=why, fields=fields)
        ) from None
    except ValueError:
        raise UsageError(
            word("form.answers_bad", language, path=path, why="JSON, UTF-8", fields=fields)
        ) from None
    return answers.model_dump(exclude_none=True)
