"""A real directory (OpenLDAP's slapd) on loopback, with a folder and a port of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BASE = "dc=bank,dc=internal"
MANAGER = f"cn=searching,{BASE}"
MANAGER_PASSWORD = "searching-account"
CONFIG = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
database mdb
suffix "{base}"
rootdn "{manager}"
rootpw {password}
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{manager}" read by * none
"""


def slapd() -> str | None:
    """Where slapd is; installs Debian's package where this user may; None where there is none to be had."""
    found = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    answer = b"slapd slapd/no_configuration boolean true\n"  # the package shall start no directory of its own
    for command, given in (
        (["apt-get", "update", "-qq"], None),
        (["debconf-set-selections"], answer),
        (["apt-get", "install", "-y", "-qq", "--no-install-recommends", "slapd"], None),
    ):
        done = subprocess.run(command, input=given, env=environment, capture_output=True, check=False, timeout=300)
        if done.returncode:
            return None
    return shutil.which("slapd", path="/usr/sbin:/usr/bin")


@dataclass(frozen=True)
class Directory:
    """A running directory; ``certificate`` is also the authority that signed it."""

    url: str
    certificate: Path


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


@contextmanager
def running(program: str, entries: str) -> Iterator[Directory]:
    """A directory with ``entries`` (LDIF), stopped and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="slapd-"))  # a short path: it also holds a socket's name
    (folder / "data").mkdir()
    made, key = certificate(folder)
    config = folder / "slapd.conf"
    config.write_text(
        CONFIG.format(folder=folder, certificate=made, key=key, base=BASE, manager=MANAGER, password=MANAGER_PASSWORD)
    )
    (folder / "entries.ldif").write_text(entries, encoding="utf-8")
    adding = [program, "-T", "add", "-f", str(config), "-l", str(folder / "entries.ldif")]
    subprocess.run(adding, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"ldap://localhost:{port}"
    server = subprocess.Popen([program, "-f", str(config), "-h", f"{url}/", "-d", "0"])
    try:
        _wait(port, server)
        yield Directory(url, made)
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError("slapd did not start")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("slapd did not answer")
