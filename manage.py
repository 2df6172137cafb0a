#!/usr/bin/env python
"""Django's own commands (makemigrations, makemessages, shell); the bank's are under ``guanxi``."""

from __future__ import annotations

import sys

from guanxi.startup import django

if __name__ == "__main__":
    django(sys.argv)
