"""Forms of what a person types: right ones pass, each wrong one says what is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.reporter.forms import (
    address_fault,
    name_fault,
    number_fault,
    phone_fault,
    plain_number,
    plain_phone,
)

TODAY = date(2025, 6, 1)


@pytest.mark.parametrize(
    "number",
    [
        "001190123456",  # Hà Nội, a woman of 1990
        "096 085 000 001",  # Cà Mau, a man of 1985
        "079.304.123.456",  # TP Hồ Chí Minh, a woman of 2004
        "038225000017",  # a man of 2025
        "101090123456",  # born abroad
    ],
)
def test_numbers_that_can_be(number: str) -> None:
    assert number_fault(number, TODAY) is None
    assert len(plain_number(number)) == 12


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("", "digits"),
        ("00119012345", "digits"),
        ("0011901234567", "digits"),
        ("001l90123456", "digits"),
        ("٠٠١١٩٠١٢٣٤٥٦", "digits"),
        ("003190123456", "province"),
        ("000190123456", "province"),
        ("097190123456", "province"),
        ("001226123456", "year"),  # 2026: not yet
        ("001490123456", "year"),  # 2190
    ],
)
def test_numbers_that_cannot_be(number: str, fault: str) -> None:
    assert number_fault(number, TODAY) == f"reporter.number.{fault}"


@pytest.mark.parametrize(
    ("phone", "plain"),
    [
        ("0912345678", "0912345678"),
        ("091 234 56 78", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("+84 (0) 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0084.912.345.678", "0912345678"),
        ("0243 826 1234", "02438261234"),
        ("(024) 3826-1234", "02438261234"),
    ],
)
def test_phones(phone: str, plain: str) -> None:
    assert plain_phone(phone) == plain
    assert phone_fault(phone) is None


@pytest.mark.parametrize(
    "phone", ["", "113", "912345678", "01234567890", "0212345678", "+1 202 555 0100", "09123a5678"]
)
def test_what_is_no_phone(phone: str) -> None:
    assert phone_fault(phone) == "reporter.phone.form"


def test_names_and_addresses() -> None:
    assert name_fault("Nguyễn Thị Ánh Đào") is None
    assert name_fault("Nguye\u0302\u0303n Va\u0306n A") is None, "letters with loose diacritics"
    assert name_fault("H'Hen Niê") is None
    assert name_fault("Đào") == "reporter.name.words"
    assert name_fault("Đào 12") == "reporter.name.letters"
    assert address_fault("12 phố Huế, Hà Nội") is None
    assert address_fault("Huế") == "reporter.address.length"
