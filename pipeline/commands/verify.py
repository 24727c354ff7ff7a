"""`dashcam verify`: is a package whole and unchanged, and what does that prove."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipeline.commands.common import Config, Json, emit, settings_of
from pipeline.errors import EXIT_CHECK
from pipeline.wording import Language, word


def verify(
    packages: Annotated[
        list[Path],
        typer.Argument(metavar="PACKAGE", help="Evidence packages: folders, or zips of them."),
    ],
    original: Annotated[
        list[Path] | None,
        typer.Option("--original", metavar="FILE", help="Footage the clip was cut from; repeat."),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="PUB", help="Who signed it: public key file or fingerprint."),
    ] = None,
    tsa_ca: Annotated[
        Path | None,
        typer.Option("--tsa-ca", metavar="FILE", help="Time stamping authority to trust (PEM)."),
    ] = None,
    lang: Annotated[
        Literal["vi", "en"] | None, typer.Option("--lang", help="Language of the answers.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Check that evidence packages are whole and unchanged. Exit code 4 if one is not.

    Says what is proved by that and what is not.

    Example: `dashcam verify evidence/packages/* --original DCIM/clip.mp4`
    """
    from pipeline.evidence import verify as verification

    language = settings_of(config, language=lang).language
    sound = True
    for package in packages:
        result = verification.verify(package, original, key=key, tsa_ca=tsa_ca, language=language)
        sound &= result.ok
        if as_json:
            emit(result.as_json())
        else:
            _show(result, language)
    if not sound:
        raise typer.Exit(EXIT_CHECK)


def _show(result: object, language: Language) -> None:
    from pipeline.evidence.shown import shown
    from pipeline.evidence.verify import Verification

    assert isinstance(result, Verification)
    verdict = word("verify.good" if result.ok else "verify.failed", language)
    print(f"{shown(str(result.package))}: {verdict}")
    for check in result.checks:
        name = word(f"verify.name.{check.name}", language)
        print(f"  {'✓' if check.ok else '✗'} {name}: {check.message}")
    for heading, sentences in (("proved", result.proved), ("not_proved", result.not_proved)):
        if sentences:
            print(f"  {word(f'verify.{heading}', language)}:")
        for sentence in sentences:
            print(f"    - {sentence}")
