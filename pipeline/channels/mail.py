"""A report as an e-mail to be opened in a mail program, looked at, and sent by the person.

RFC 5322 and MIME. It is a draft (`X-Unsent`): sender and message id are the mail program's to give,
and what stands here names nobody and no machine.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from pipeline.channels.channel import Channel
from pipeline.channels.enclosures import Enclosing, Enclosure
from pipeline.channels.letter import body, subject
from pipeline.channels.source import Source
from pipeline.errors import InputError
from pipeline.wording import Language

_NOBODY = "draft@example.invalid"  # RFC 2606: never anybody's
_LINE_BYTES = 57  # of a file in one line of base64, which is 76 signs and a line end
_PART_BYTES = 700  # heads of one part, at most
_HEAD_BYTES = 4_096
_TEXT_BYTES = 24_576  # the letter itself, which grows with the list of files


def write_mail(source: Source, channel: Channel, target: Path, language: Language) -> None:
    """Write the draft to `target`. Raises InputError where it does not fit, OSError."""
    limit = channel.limits.message_mb
    room = None if limit is None else int(limit * 1e6) - _HEAD_BYTES - _TEXT_BYTES
    enclosing = Enclosing(source, channel.limits, target.parent, language)
    enclosures = enclosing.all(room, _in_mail)
    content = _message(source, channel, enclosures, language).as_bytes(policy=SMTP)
    if limit is not None and len(content) > limit * 1e6:
        raise InputError(
            source.package,
            f"the message has {len(content) / 1e6:.1f} MB, the channel takes {limit:g}",
            "choose a channel that takes more",
        )
    target.write_bytes(content)


def _message(
    source: Source, channel: Channel, enclosures: Sequence[Enclosure], language: Language
) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"
    message["From"] = _NOBODY
    message["To"] = channel.address or _NOBODY
    message["Date"] = datetime.now(UTC).replace(microsecond=0)
    message["Subject"] = subject(source, language)
    message["Content-Language"] = language
    message.set_content(body(source, [one.listed for one in enclosures], language), cte="base64")
    for one in enclosures:
        main, _, sub = _type_of(one.path).partition("/")
        message.add_attachment(
            one.path.read_bytes(), maintype=main, subtype=sub, filename=one.listed.name
        )
    return message


def _type_of(path: Path) -> str:
    guessed, _ = mimetypes.guess_type(path.name, strict=False)
    return guessed or "application/octet-stream"


def _in_mail(size: int) -> int:
    """Bytes of a message that a file of `size` bytes takes."""
    return -(-size // _LINE_BYTES) * 78 + _PART_BYTES
