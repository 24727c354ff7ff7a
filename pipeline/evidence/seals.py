"""Where a package's seals are, and what its label says of them."""

from __future__ import annotations

PUBLIC_KEY, SIGNATURE = "public-key.pem", "signature.ed25519"
ALGORITHM_FACT, KEY_FACT, STAMP_FACT = "Signature-Algorithm", "Signature-Key-SHA256", "Timestamp"
ALGORITHM = "Ed25519 over tagmanifest-sha256.txt"
STAMPED = "RFC 3161 over manifest-sha256.txt"
NONE = "none"
