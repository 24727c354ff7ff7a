"""The questions of `dashcam form`, asked on a terminal, each with what is known already."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import get_args

import typer

from pipeline.errors import UsageError
from pipeline.evidence.form import Answers, plate_named, suggestions, time_of, time_zone_of
from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.person import PersonAdds, VehicleKind
from pipeline.evidence.words import percent, term
from pipeline.wording import Language, word

_YES = {"c", "co", "có", "y", "yes"}
_NO = {"k", "khong", "không", "n", "no"}
_CLEAR = "-"
_ILLEGIBLE = "0"
_SHOWN = ("marked", "vehicle", "plate_enlarged", "plate")


def ask_all(
    folder: Path,
    record: IncidentRecord,
    person: PersonAdds | None,
    language: Language,
    reporter: Mapping[str, str] | None = None,
    *,
    anyway: bool = False,
) -> Answers:
    """Everything that a person can tell of the package in `folder`.

    What seems to name somebody (`reporter`: who reports, where that is known here) is asked for
    again, unless `anyway`. Nothing is written. Raises typer.Abort where the person stops.
    """
    questions = _Questions(record, person or PersonAdds(), language, reporter)
    questions.anyway = anyway
    return questions.ask(folder)


class _Questions:
    def __init__(
        self,
        record: IncidentRecord,
        person: PersonAdds,
        language: Language,
        reporter: Mapping[str, str] | None,
    ) -> None:
        self._record = record
        self._person = person
        self._language: Language = language
        self._reporter = reporter
        self.anyway = False
        self._answers = Answers()

    def ask(self, folder: Path) -> Answers:
        answers, record, person = self._answers, self._record, self._person
        self._say(self._word("intro"))
        self._about(folder)
        answers.confirm_act = self._yes("ask.act", person.act_confirmed)
        self._plate()
        if record.when.start.time is None:
            known = person.time.isoformat(sep=" ", timespec="seconds") if person.time else ""
            zone = time_zone_of(record)
            answers.time = self._line(
                self._word("ask.time"), known, lambda text: time_of(text, zone, self._language)
            )
        if record.vehicle.kind is None:
            self._kind()
        known_here = suggestions(record, self._language)
        for field in ("road", "place", "witnesses", "note"):
            now = getattr(person, field) or ""
            default = now or ("" if self._told_before() else known_here.get(field, ""))
            refuse = partial(self._refuse_identifying, field)
            text = self._line(self._word(f"ask.{field}"), default, refuse)
            setattr(answers, field, text)
        self._channel()
        self._statement()
        return answers

    # --- one by one

    def _about(self, folder: Path) -> None:
        record, language = self._record, self._language
        self._say(f"{self._word('act')}: {getattr(record.act, language)}")
        self._say(f"{self._word('seen')}: {getattr(record.sentences, language)}")
        for clip in record.clips:
            self._say(f"{self._word('clip')}: {folder / 'data' / clip.path}")

        for role in _SHOWN:
            for file in record.files:
                if file.role == role:
                    self._say(f"{self._word('picture')}: {folder / 'data' / file.path}")

    def _plate(self) -> None:
        read, person = self._record.vehicle.plate, self._person
        machine = self._word("plate_unread")
        if read.text is not None:
            machine = f"{read.display} ({percent(read.probability, self._language)})"
        others = [
            f"{one.display} ({percent(one.probability, self._language)})"
            for one in read.alternatives
        ]
        if others:
            machine += "; " + self._word("plate_else", plates=", ".join(others))
        self._say(f"{self._word('plate')}: {machine}")
        default = person.plate_text or read.display or "" if read.text else person.plate_text or ""
        default = _ILLEGIBLE if person.plate_illegible else default
        text = self._line(self._word("ask.plate"), default, self._refuse_no_plate)
        answers = self._answers
        if text == _ILLEGIBLE:
            sure = self._yes("ask.plate_illegible", person.plate_illegible)
            answers.plate_illegible = sure
        elif text:
            shown = plate_named(text, self._language).display
            if shown != read.display or person.plate_text or person.plate_illegible:
                answers.plate = shown
            same = shown == (person.plate_text or read.display)
            answers.confirm_plate = self._yes(
                "ask.plate_sure", person.plate_confirmed and same, plate=shown
            )
        elif person.plate_confirmed:
            answers.plate, answers.confirm_plate = "", False

    def _kind(self) -> None:
        kinds = {one.value: one for one in get_args(VehicleKind)}
        listed = ", ".join(f"{one}: {term('kinds', one, self._language)}" for one in kinds)

        def refuse(text: str) -> None:
            if text not in kinds:
                raise UsageError(self._word("ask.kind", kinds=listed))

        text = self._line(self._word("ask.kind", kinds=listed), self._person.kind or "", refuse)
        self._answers.kind = kinds.get(text)

    def _channel(self) -> None:
        from pipeline.channels.channel import channels

        question = self._word("ask.channel", channels=", ".join(channels()))
        default = self._person.channel or ""
        self._answers.channel = self._line(
            question, default, partial(self._refuse_identifying, "channel")
        )

    def _statement(self) -> None:
        self._say("")
        self._say(term("report", "statement", self._language))
        self._say(self._word("statement_about"))
        typed = self._line(self._word("ask.statement"), "", None)
        wanted = self._word("statement_words")
        if typed.casefold().strip(" .\"'") == wanted:
            self._answers.statement = True

    # --- what they share

    def _word(self, key: str, /, **values: object) -> str:
        return word(f"form.{key}", self._language, **values)

    def _told_before(self) -> bool:
        return self._person != PersonAdds()

    def _say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def _line(self, question: str, default: str, refuse: Callable[[str], object] | None) -> str:
        """An answer; asked again where `refuse` raises UsageError. Cleared or none: empty."""
        while True:
            text = str(
                typer.prompt(question, default=default, show_default=bool(default), err=True)
            ).strip()
            if text in ("", _CLEAR):
                return ""
            try:
                if refuse is not None:
                    refuse(text)
            except UsageError as error:
                self._say(str(error))
                continue
            return text

    def _yes(self, key: str, default: bool, **values: object) -> bool:
        """Enter means what was said before; a person who never said yes must say it now."""
        question = self._word(key, **values)
        shown = ("y" if self._language == "en" else "c") if default else ""
        while True:
            text = self._line(question, shown, None).casefold()
            if text in _YES:
                return True
            if text in _NO or not text:
                return False
            self._say(self._word("yes_or_no"))

    def _refuse_no_plate(self, text: str) -> None:
        if text != _ILLEGIBLE:
            plate_named(text, self._language)

    def _refuse_identifying(self, field: str, text: str) -> None:
        from pipeline.reporter.in_clear import identifying

        labels = [] if self.anyway else identifying(text, self._reporter)
        if labels:
            held = ", ".join(word(f"form.holds.{label}", self._language) for label in labels)
            raise UsageError(self._word("identifying", field=field, labels=held))
