"""Time stamps from an authority of our own, behind a small server on this machine."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipeline.errors import MissingExtraError
from pipeline.evidence import timestamp
from pipeline.evidence.keys import Key
from pipeline.evidence.seal import Sealing, new_package, resealed, sealing
from pipeline.evidence.timestamp import Authority, StampError, check_stamp
from pipeline.evidence.verify import Verification, verify
from pipeline.settings import Settings

pytest.importorskip("rfc3161_client", reason="the extra [timestamp] is not installed")
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing")

_CONFIG = """
[tsa]
dir = .
serial = serial
crypto_device = builtin
signer_cert = tsa.crt
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:false
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def openssl(folder: Path, *arguments: str, check: bool = True) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=check, capture_output=True)


def make_authority(folder: Path) -> None:
    """A throw-away root and a stamping certificate below it."""
    folder.mkdir(exist_ok=True)
    (folder / "tsa.cnf").write_text(_CONFIG)
    key = ("-newkey", "rsa:2048", "-nodes", "-config", "tsa.cnf")
    root = ("-x509", "-days", "30", "-extensions", "ca", "-keyout", "ca.key", "-out", "ca.crt")
    openssl(folder, "req", *key, *root, "-subj", "/CN=Throw-away root")
    leaf = ("-keyout", "tsa.key", "-out", "tsa.csr")
    openssl(folder, "req", *key, *leaf, "-subj", "/CN=Throw-away authority")
    sign = ("-in", "tsa.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "30", "-out", "tsa.crt")
    extensions = ("-extfile", "tsa.cnf", "-extensions", "leaf", "-CAcreateserial")
    openssl(folder, "x509", "-req", *sign, *extensions)
    (folder / "serial").write_text("01\n")


@dataclass
class Server:
    folder: Path
    url: str = ""
    queries: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: bytes | None = None  # instead of an honest one
    status: int = 200

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query.tsq").write_bytes(query)
        arguments = ("-config", "tsa.cnf", "-section", "tsa", "-queryfile", "query.tsq")
        openssl(self.folder, "ts", "-reply", *arguments, "-out", "reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("tsa"))
    make_authority(server.folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            server.queries.append(query)
            server.headers.append(dict(self.headers))
            answer = server.reply(query) if server.answer is None else server.answer
            self.send_response(server.status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None:
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{http.server_port}/tsr"
    yield server
    http.shutdown()


@pytest.fixture
def authority(running: Server) -> Server:
    running.queries.clear()
    running.headers.clear()
    running.answer, running.status = None, 200
    return running


@pytest.fixture
def stamped(finished: tuple[Path, Path, Path], authority: Server, tmp_path: Path) -> Path:
    """A sound package, sealed again with a time stamp."""
    package = Path(shutil.copytree(finished[0], tmp_path / finished[0].name))
    with resealed(package, seal=Sealing(Key(bytes(32)), Authority(authority.url))):
        pass
    return package


def answer(result: Verification) -> tuple[bool, str]:
    found = [check for check in result.checks if check.name == "timestamp"]
    return (found[0].ok, found[0].message) if found else (True, "")


def test_it_tells_nothing_but_the_digest(stamped: Path, authority: Server) -> None:
    (query,) = authority.queries
    assert len(query) < 100  # version, digest, nonce, wish for a certificate
    assert stamped.name.encode() not in query
    told = " ".join(authority.headers[0].values())
    assert stamped.name not in told and "Cookie" not in authority.headers[0]


def test_checked_against_the_authority(stamped: Path, authority: Server) -> None:
    result = verify(stamped, tsa_ca=authority.folder / "ca.crt")
    assert result.ok and "you named" in answer(result)[1]
    assert any("existed at" in sentence for sentence in result.proved)


def test_without_the_authority_only_the_digest_counts(stamped: Path) -> None:
    result = verify(stamped)
    assert result.ok and "not checked" in answer(result)[1]
    assert any("existed at" in sentence for sentence in result.not_proved)


def test_openssl_agrees(stamped: Path, authority: Server) -> None:
    files = ("-in", str(stamped / "timestamp.tsr"), "-data", str(stamped / "manifest-sha256.txt"))
    openssl(authority.folder, "ts", "-verify", *files, "-CAfile", "ca.crt")


def test_another_authority(stamped: Path, tmp_path: Path) -> None:
    make_authority(tmp_path / "other")
    result = verify(stamped, tsa_ca=tmp_path / "other" / "ca.crt")
    assert not result.ok and not answer(result)[0]


def test_a_stamp_of_other_content(stamped: Path, authority: Server) -> None:
    other = Authority(authority.url).stamp(b"something else")
    with resealed(stamped, seal=Sealing(Key(bytes(32)))) as copy:
        assert (copy / "timestamp.tsr").is_file()
    assert not (stamped / "timestamp.tsr").exists(), "it would not fit any more"
    assert verify(stamped).ok
    with pytest.raises(StampError, match="other content"):
        check_stamp(other, b"this")


def test_taken_away(stamped: Path) -> None:
    (stamped / "timestamp.tsr").unlink()
    assert not verify(stamped).ok


def test_every_byte_of_it_counts(stamped: Path) -> None:
    path = stamped / "timestamp.tsr"
    content = path.read_bytes()
    for at in range(0, len(content), 97):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert not verify(stamped).ok, at


@pytest.mark.parametrize("fault", ["nobody", "error", "nonsense", "too long", "replayed"])
def test_no_stamp_is_a_warning(authority: Server, tmp_path: Path, fault: str) -> None:
    url = authority.url
    match fault:
        case "nobody":
            url = "http://127.0.0.1:9/tsr"
        case "error":
            authority.status = 500
        case "nonsense":
            authority.answer = b"<html>log in first</html>"
        case "too long":
            authority.answer = bytes(1_000_000)
        case "replayed":
            authority.answer = Authority(url).stamp(b"earlier")
    said: list[str] = []
    seal = Sealing(Key(bytes(32)), Authority(url), said.append)
    with new_package(tmp_path / "it", "a test", seal) as payload:
        (payload / "a.txt").write_text("x")
    assert not (tmp_path / "it" / "timestamp.tsr").exists()
    assert len(said) == 1 and said[0].startswith("no time stamp") and "\n" not in said[0]


def test_without_the_extra(
    stamped: Path, authority: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise MissingExtraError("a time stamp", "timestamp")

    monkeypatch.setattr(timestamp, "_client", missing)
    result = verify(stamped)
    assert result.ok and "timestamp" in answer(result)[1]
    assert not verify(stamped, tsa_ca=authority.folder / "ca.crt").ok
    settings = Settings.model_validate({"evidence": {"timestamp_url": authority.url}})
    with (
        pytest.raises(MissingExtraError),
        new_package(tmp_path / "it", "a test", sealing(settings)) as payload,
    ):
        (payload / "a.txt").write_text("x")
    assert not (tmp_path / "it").exists()
