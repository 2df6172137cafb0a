"""The data-protection officer's screens: who uses personal data more than usual, and what came of looking into it."""
