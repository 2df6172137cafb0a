"""How a person wants the pages: language, theme, unit of amounts, what red means, columns of lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

Theme = Literal["auto", "light", "dark"]
UnitChoice = Literal["one", "middle", "large"]
Colours = Literal["auto", "red_up", "green_up"]

THEME_COOKIE = "theme"


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's choices, each with a default; what cannot be read counts as not chosen."""

    language: str = ""
    theme: Theme = "auto"
    unit: UnitChoice = "middle"
    colours: Colours = "auto"

    @classmethod
    def of(cls, stored: Mapping[str, Any], cookies: Mapping[str, str]) -> Self:
        """From what is stored with the person; the theme also from the cookie, for pages before sign-in."""
        return cls(
            language=str(stored.get("language", "")),
            theme=_choice(stored.get("theme"), Theme, _choice(cookies.get(THEME_COOKIE), Theme, "auto")),
            unit=_choice(stored.get("unit"), UnitChoice, "middle"),
            colours=_choice(stored.get("colours"), Colours, "auto"),
        )


def _choice(value: Any, choices: Any, default: Any) -> Any:
    return value if value in get_args(choices) else default
