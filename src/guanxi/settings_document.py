"""``docs/settings.md``, with the example that a bank copies, made from :mod:`guanxi.variables`."""

from __future__ import annotations

from guanxi.variables import VARIABLES

HEAD = """# Settings

All settings come from the environment (a systemd `EnvironmentFile`, a container's environment); there is no settings
file to edit. `guanxi doctor` checks them and says what to mend.

| variable | default | meaning |
|---|---|---|
"""

MIDDLE = """
## Example

```sh
# /etc/guanxi/environment
"""


def render() -> str:
    """The whole page, as Markdown."""
    rows = "".join(f"| `{v.name}` | {v.default or 'none'} | {v.meaning} |\n" for v in VARIABLES)
    example = "".join(f"{v.name}={v.example}\n" for v in VARIABLES if v.example)
    return f"{HEAD}{rows}{MIDDLE}{example}```\n"
