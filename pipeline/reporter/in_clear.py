"""Whether words that go into a package in clear look as if they said who somebody is.

A guard against slips, not a proof: it knows the forms of numbers, and the reporter where they are
kept on this machine and can be asked for without a question.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping

from pipeline.errors import DashcamError
from pipeline.reporter.forms import phone_fault
from pipeline.reporter.store import FileStore, KeyringStore, Store, system_keyring
from pipeline.reporter.traces import Traces, words_of
from pipeline.wording import Language

_PASSPHRASE = "DASHCAM_REPORTER_PASSPHRASE"  # as in `dashcam reporter`
_GAP = r"[\s.\-]?"
_IDENTITY = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{11}}(?!\d)")  # since 2016, decree 137/2015/NĐ-CP
_OLD_IDENTITY = re.compile(r"(?<!\d)\d{9}(?!\d)|(?<!\d)\d{3} \d{3} \d{3}(?!\d)")  # before it
_PHONE = re.compile(r"(?<!\d)(?:\+?84|0084|0)(?:[\s.\-()]{0,2}\d){9,10}(?!\d)")
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+\.[\w.\-]+")


def identifying(text: str, reporter: Mapping[str, str] | None = None) -> list[str]:
    """What `text` seems to hold: "number", "phone", "mail", and the fields of `reporter` found."""
    plain = unicodedata.normalize("NFKC", text)
    found = []
    if _IDENTITY.search(plain) or _OLD_IDENTITY.search(plain):
        found.append("number")
    if any(phone_fault(match[0]) is None for match in _PHONE.finditer(plain)):
        found.append("phone")
    if _MAIL.search(plain):
        found.append("mail")
    if reporter:
        labels = [
            trace.label.split(" ")[0]
            for trace in Traces(words_of(reporter)).in_content(plain.encode(), "")
        ]
        found += labels
    return list(dict.fromkeys(found))


def reporter_known(language: Language) -> dict[str, str] | None:
    """The reporter kept on this machine, where no passphrase has to be asked for."""
    given = os.environ.get(_PASSPHRASE)
    backend = system_keyring()
    stores: list[Store] = [
        *([KeyringStore(backend, language)] if backend is not None else []),
        *([FileStore(language)] if given else []),
    ]
    for store in stores:
        try:
            reporter = store.load(lambda: given or "")
        except DashcamError:
            continue  # locked or damaged: the forms of numbers are looked for all the same
        if reporter is not None:
            return reporter.as_json()
    return None
