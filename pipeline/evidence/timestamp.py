"""Time stamps by an authority that the user names (RFC 3161): what existed when.

The authority is told a SHA-256 and nothing else. Its answer is kept as it came, `timestamp.tsr`;
`openssl ts -verify -in timestamp.tsr -data manifest-sha256.txt -CAfile CA.pem` reads it too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from pipeline.errors import DashcamError, MissingExtraError, UsageError

STAMP = "timestamp.tsr"
_WAIT_S = 20.0
_LARGEST = 256 * 1024  # bytes of an answer; some authorities send a long chain of certificates
_SHA256 = "2.16.840.1.101.3.4.2.1"
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


class StampError(DashcamError):
    """An authority that gives no time stamp, or one that does not hold."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a time stamp says."""

    time: datetime
    trusted: bool  # its chain ends at an authority that the user named


@dataclass(frozen=True, slots=True)
class Authority:
    """A server that stamps."""

    url: str

    def stamp(self, message: bytes) -> bytes:
        """Its answer for the SHA-256 of `message`, checked to be for that and for now.

        Raises MissingExtraError, and StampError where it cannot be had.
        """
        client = _client()
        builder = client.TimestampRequestBuilder().data(message)
        query = builder.hash_algorithm(client.base.HashAlgorithm.SHA256).build()
        answer = _asked(self.url, query.as_bytes())
        try:
            with _believing_nothing():
                response = _parsed(answer)
                if response.status != 0:
                    raise StampError("the authority refused")
                if not _is_for(response, message) or response.tst_info.nonce != query.nonce:
                    raise StampError("its answer is for something else")
        except StampError as error:
            raise StampError(f"{self.url}: {error}; name another authority") from error
        return answer


def check_stamp(answer: bytes, message: bytes, authorities: Path | None = None) -> Stamp:
    """What a kept answer says of `message`.

    `authorities` is a PEM file of the roots to trust; without it only the digest is compared.
    Raises StampError where it does not hold, MissingExtraError, UsageError.
    """
    with _believing_nothing():
        response = _parsed(answer)
        if response.status != 0:
            raise StampError("the authority refused it")
        if not _is_for(response, message):
            raise StampError("it was made for other content")
        if authorities is not None:
            _check_chain(response, message, authorities)
        return Stamp(response.tst_info.gen_time, trusted=authorities is not None)


@contextmanager
def _believing_nothing() -> Iterator[None]:
    """Whatever goes wrong while an answer is read is the answer's fault."""
    try:
        yield
    except (DashcamError, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the parser's Rust is no Exception
        raise StampError("no time stamp that can be read (RFC 3161)") from error


def _check_chain(response: Any, message: bytes, authorities: Path) -> None:
    from cryptography import x509
    from rfc3161_client import VerificationError, VerifierBuilder

    try:
        roots = x509.load_pem_x509_certificates(authorities.read_bytes())
    except OSError as error:
        raise UsageError(
            f"--tsa-ca {authorities}: cannot be read ({error.strerror}); check the file"
        ) from error
    except ValueError as error:
        raise UsageError(f"--tsa-ca {authorities}: no certificates in it (PEM)") from error
    try:
        VerifierBuilder(roots=roots).build().verify_message(response, message)
    except (VerificationError, ValueError) as error:
        raise StampError(f"the named authority did not make it ({error})") from error


def _is_for(response: Any, message: bytes) -> bool:
    imprint = response.tst_info.message_imprint
    return (
        imprint.hash_algorithm.dotted_string == _SHA256
        and bytes(imprint.message) == hashlib.sha256(message).digest()
    )


def _parsed(answer: bytes) -> Any:
    return _client().decode_timestamp_response(answer)


def _asked(url: str, query: bytes) -> bytes:
    headers = {"Content-Type": _QUERY, "Accept": _REPLY, "User-Agent": "dashcam-evidence"}
    try:
        with requests.post(
            url, data=query, headers=headers, timeout=_WAIT_S, stream=True, allow_redirects=False
        ) as response:
            if response.status_code != 200:
                raise StampError(f"{url}: answered {response.status_code}; check the address")
            answer = bytearray()
            for block in response.iter_content(16_384):
                answer += block
                if len(answer) > _LARGEST:
                    raise StampError(f"{url}: its answer is too long for a time stamp")
            return bytes(answer)
    except requests.RequestException as error:
        reason = type(error).__name__
        raise StampError(f"{url}: cannot be reached ({reason}); try again later") from error


def _client() -> Any:
    try:
        import rfc3161_client
        import rfc3161_client.base
    except ImportError as error:
        raise MissingExtraError("a time stamp", "timestamp") from error
    return rfc3161_client
