"""The certificates that C2PA wants around a key: made from it, by nobody's authority.

C2PA takes no signature without a chain of X.509 certificates and none whose last link is signed by
itself. So a second key is derived from the package's own (SHA-256 over a label and its seed) which
signs the certificate of the first. Both are the same whenever they are made; they name the program,
no person and no machine, and never expire: C2PA programs rightly call them "not from a known
signer". What they say is only which key it was.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from pipeline.evidence.keys import Key

_LABEL = b"dashcam-evidence: C2PA certificates 1\0"
_ORGANISATION = "Dashcam Evidence (self-signed)"
_FROM, _TO = datetime(2020, 1, 1), datetime(9999, 12, 31, 23, 59, 59)  # RFC 5280, 4.1.2.5
_EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"  # the use that the C2PA specification lets anybody sign by


def certificate_chain(key: Key) -> str:
    """The key's certificate and the one above it, PEM. Needs the extra [c2pa]."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding

    above = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(_LABEL + key.seed).digest())
    own = Ed25519PrivateKey.from_private_bytes(key.seed)
    fingerprint = key.public.fingerprint
    names = f"authority {fingerprint[:16]}", f"key {fingerprint[:16]}"

    def certificate(name: str, public: Any, *extensions: tuple[Any, bool]) -> Any:
        key_id = x509.SubjectKeyIdentifier.from_public_key
        above_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key())
        number = hashlib.sha256(public.public_bytes_raw()).digest()[:16]
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(names[0]))
            .public_key(public)
            .serial_number(int.from_bytes(number, "big") | 1 << 120)
            .not_valid_before(_FROM)
            .not_valid_after(_TO)
        )
        for extension, critical in (
            *extensions,
            (key_id(public), False),
            (above_id, False),
        ):
            builder = builder.add_extension(extension, critical)
        return builder.sign(above, None)

    use = x509.ExtendedKeyUsage([x509.ObjectIdentifier(_EMAIL_PROTECTION)])
    chain = (
        certificate(
            names[1],
            own.public_key(),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(signs_certificates=False), True),
            (use, False),
        ),
        certificate(
            names[0],
            above.public_key(),
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (_usage(signs_certificates=True), True),
        ),
    )
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in chain)


def key_in(certificate: bytes) -> bytes | None:
    """The Ed25519 key (32 bytes) in a certificate (DER); None where there is none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = x509.load_der_x509_certificate(certificate).public_key()
    except Exception:  # of whatever kind: it is a stranger's
        return None
    return public.public_bytes_raw() if isinstance(public, Ed25519PublicKey) else None


def _name(name: str) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(*, signs_certificates: bool) -> Any:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
