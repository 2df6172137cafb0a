"""Which passwords are good enough, after NIST SP 800-63B-4: long, not known, not about the person or the bank.

No signs, capitals or digits are demanded and no password expires by itself: such rules make passwords worse. Known
passwords are Django's list of 20,000 common ones and, where the bank names one, a file of the SHA-1 sums of passwords
from leaks (``GUANXI_BREACHED_PASSWORDS``), searched on this machine and never loaded whole.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

HASH = 40
LINE = 128
"""No line of the file is longer: 40 hexadecimal digits, often a colon and a count."""
SHORTEST_WORD = 4
"""Words of the bank's name that are shorter say too little to be forbidden."""
# Words that stand in the name of every bank.
EVERY_BANK = frozenset({"bank", "rural", "commercial", "limited", "银行", "农村", "商业", "股份", "有限公司", "农商"})


class BreachedPasswordValidator:
    """Refuses passwords from a file of SHA-1 sums in ascending order, as leaks' collections are published.

    Each line begins with 40 hexadecimal digits, in either case; what follows (a colon and a count) is not read. A look
    costs some thirty reads of the file, whatever its size. Without a file nothing is refused.
    """

    def __init__(self, file: str | Path | None = None) -> None:
        self.given = file

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ``ValidationError`` where the file holds the password."""
        file = self.given or settings.BREACHED_PASSWORDS
        if file and holds(Path(file), password):
            raise ValidationError(
                _("This password is in a list of stolen ones, which attackers try first. Choose another."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """What Django's own forms say of the rule."""
        return _("The password must not be in a list of stolen ones.")


def holds(file: Path, password: str) -> bool:
    """Whether a sorted file of SHA-1 sums holds a password; raises ``OSError`` where it cannot be read."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with file.open("rb") as opened:
        low, high = 0, file.stat().st_size
        while low < high:
            # Among the lines that begin in [low, high): look at the first that begins at or after the middle.
            middle = (low + high) // 2
            start, line = _line_from(opened, middle)
            if start >= high or not line:
                high = middle
                continue
            found = line[:HASH].upper()
            if found == wanted:
                return True
            if found < wanted:
                low = start + len(line)
            else:
                high = middle
    return False


def _line_from(opened: Any, position: int) -> tuple[int, bytes]:
    """The first line that begins at or after a position: where, and the line with its end; empty at the file's end."""
    start = position
    if position:
        opened.seek(position - 1)
        start += len(opened.readline(LINE)) - 1
    opened.seek(start)
    return start, opened.readline(LINE)


class BankNameValidator:
    """Refuses passwords that hold the bank's name or a telling word of it: whoever attacks this bank tries those."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ``ValidationError`` where a word of the bank's name is in the password."""
        typed = password.casefold()
        if any(word in typed for word in telling_words(settings.BANK_NAME)):
            raise ValidationError(_("The password must not hold the bank's name."), code="password_bank_name")

    def get_help_text(self) -> str:
        """What Django's own forms say of the rule."""
        return _("The password must not hold the bank's name.")


def telling_words(name: str) -> frozenset[str]:
    """What must not stand in a password: the product's name, and the words of the bank's that tell it from others.

    A Chinese name is one word without what every bank is called; its first two characters stand for it.
    """
    words = {word.casefold() for word in re.findall(r"[^\W\d_]+", name)} | {"guanxi"}
    short = re.sub("|".join(sorted(EVERY_BANK, key=len, reverse=True)), "", name)
    words |= {found.group(0) for found in re.finditer(r"[\u4e00-\u9fff]{2,}", short)}
    return frozenset(
        word for word in words - EVERY_BANK if len(word) >= SHORTEST_WORD or re.match(r"[\u4e00-\u9fff]{2}", word)
    )


class SimilarityValidator(UserAttributeSimilarityValidator):
    """Django's, for what is known of a member of staff."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("id", "name", "email", "phone"))
