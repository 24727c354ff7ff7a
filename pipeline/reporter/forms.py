"""Whether what a person typed has the form of a citizen identity number, of a phone number …

Form only: nobody is looked up anywhere. A fault is a key of `pipeline.wording`, never the value.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

import yaml

_OLDEST_YEARS = 130
_FIRST_COUNTRY = 100  # codes from here up are of countries
# Mobile: 0 and nine digits, the first of them 3, 5, 7, 8 or 9; fixed: 02 and nine digits (national
# numbering plan, circular 22/2014/TT-BTTTT and the change of mobile prefixes of 2018).
_PHONE = re.compile(r"0[35789]\d{8}|02\d{9}")
_GAPS = re.compile(r"[\s.\-()]+")


def plain_number(text: str) -> str:
    """A citizen identity number without the gaps that people write."""
    return _GAPS.sub("", text)


def number_fault(text: str, today: date | None = None) -> str | None:
    """What is wrong with a citizen identity number: three digits for the place of birth, one for
    century and sex, two for the year, six of no meaning (decree 137/2015/NĐ-CP, article 13).
    """
    number = plain_number(text)
    if not re.fullmatch(r"[0-9]{12}", number):
        return "reporter.number.digits"
    if int(number[:3]) < _FIRST_COUNTRY and number[:3] not in _provinces():
        return "reporter.number.province"
    # Even for men, odd for women: 0 and 1 of the 20th century, 2 and 3 of the 21st, and so on.
    year = 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])
    this_year = (today or date.today()).year
    if not this_year - _OLDEST_YEARS <= year <= this_year:
        return "reporter.number.year"
    return None


def plain_phone(text: str) -> str:
    """A Vietnamese phone number as it is dialled at home: 0912345678."""
    digits = _GAPS.sub("", text)
    for abroad in ("+84", "0084"):
        if digits.startswith(abroad):
            return "0" + digits.removeprefix(abroad).removeprefix("0")
    if digits.startswith("84") and len(digits) in (11, 12):
        return "0" + digits.removeprefix("84")
    return digits


def phone_fault(text: str) -> str | None:
    """What is wrong with a phone number."""
    return None if _PHONE.fullmatch(plain_phone(text)) else "reporter.phone.form"


def name_fault(text: str) -> str | None:
    """What is wrong with a name: two words at least, letters, spaces, hyphens, apostrophes."""
    words = text.split()
    if len(words) < 2 or len(text) > 120:
        return "reporter.name.words"
    if not all(sign.isalpha() or sign in " -'’." or _is_mark(sign) for sign in text):
        return "reporter.name.letters"
    return None


def address_fault(text: str) -> str | None:
    """What is wrong with an address."""
    if len(text.strip()) < 8 or len(text) > 300:
        return "reporter.address.length"
    return None


def _is_mark(sign: str) -> bool:
    """A diacritic that stands by itself, as some keyboards write them."""
    return "̀" <= sign <= "ͯ"


@cache
def _provinces() -> dict[str, str]:
    path = Path(__file__).with_name("provinces.yaml")
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))["provinces"])
