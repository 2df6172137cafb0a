"""Referrals: who passes whom to whom, and what comes of it."""
