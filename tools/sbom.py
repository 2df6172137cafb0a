"""The list of all that is built in (SBOM): CycloneDX 1.6, from the lock files and nothing else.

Every package that an installation gets, with version, address and digests, so that a bank can hold it against its list
of vulnerable versions. The same lock files give the same bytes.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "requirements" / "base.lock"
NODE = ROOT / "frontend" / "package-lock.json"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)")
Component = dict[str, Any]


def python_packages() -> list[Component]:
    """The packages of the base lock file; digests are those of every file of a release."""
    found: list[Component] = []
    for line in PYTHON.read_text(encoding="utf-8").splitlines():
        if pinned := _PINNED.match(line):
            name, version = pinned[1].lower(), pinned[2]
            found.append(_component("pypi", name, version, licence=_licence(name)))
        elif "--hash=sha256:" in line:
            digest = line.partition("--hash=sha256:")[2].split()[0]
            found[-1]["hashes"].append({"alg": "SHA-256", "content": digest})
    return found


def node_packages() -> list[Component]:
    """The packages whose files the pages are built from."""
    found = []
    packages = json.loads(NODE.read_text(encoding="utf-8"))["packages"]
    for place, package in sorted(packages.items()):
        if not place:
            continue
        name = place.rpartition("node_modules/")[2]
        one = _component("npm", name, package["version"], licence=package.get("license", ""))
        algorithm, _, digest = package.get("integrity", "").partition("-")
        if algorithm == "sha512":
            one["hashes"].append({"alg": "SHA-512", "content": base64.b64decode(digest).hex()})
        found.append(one)
    return found


def document() -> Component:
    """The whole list as CycloneDX."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": project["name"], "version": project["version"]}},
        "components": [*python_packages(), *node_packages()],
    }


def _component(kind: str, name: str, version: str, *, licence: str) -> Component:
    address = f"pkg:{kind}/{name.replace('@', '%40')}@{version}"
    one: Component = {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address}
    if licence:
        one["licenses"] = [{"license": {"name": licence}}]
    return one | {"hashes": []}


def _licence(name: str) -> str:
    try:
        found = metadata(name)
    except PackageNotFoundError:  # for another platform
        return ""
    words = str(found.get("License-Expression") or found.get("License") or "").strip()
    return words.splitlines()[0][:100] if words else ""


def main(arguments: list[str]) -> int:
    """Writes the list to a file, by default ``var/sbom.cdx.json``."""
    file = Path(arguments[0]) if arguments else ROOT / "var" / "sbom.cdx.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    made = document()
    file.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(made['components'])} components: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
