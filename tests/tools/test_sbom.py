"""The list of what is built in names every locked package, and says where it may come from."""

from __future__ import annotations

import json
import re

from tools import sbom


def test_every_locked_package_is_listed_with_version_and_digest(tmp_path):
    file = tmp_path / "sbom.json"
    assert sbom.main([str(file)]) == 0
    made = json.loads(file.read_text())
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    listed = {component["purl"]: component for component in made["components"]}
    assert len(listed) == len(made["components"])
    locked = re.findall(r"^([a-z0-9._-]+)(?:\[.*?\])?==([^ ]+)", sbom.PYTHON.read_text(), re.MULTILINE)
    assert len(locked) > 50
    for name, version in locked:
        assert f"pkg:pypi/{name}@{version}" in listed, name
    node = json.loads(sbom.NODE.read_text())["packages"]
    assert sum(purl.startswith("pkg:npm/") for purl in listed) == len({place for place in node if place})
    for purl, component in listed.items():
        assert component["hashes"], purl
        for one in component["hashes"]:
            assert re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{128}", one["content"]), purl
    assert any(component.get("licenses") for component in listed.values())


def test_packages_come_from_locks_with_hashes_that_name_no_index():
    """Nothing can be put in place of a package, nor come from a place that a lock file names."""
    for lock in sorted(sbom.PYTHON.parent.glob("*.lock")):
        text = lock.read_text()
        assert "--index-url" not in text
        assert "://" not in text
        blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
        for block in blocks:
            assert not block.strip() or "--hash=sha256:" in block, (lock.name, block[:60])
