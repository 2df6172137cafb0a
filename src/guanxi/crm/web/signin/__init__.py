"""Signing in and out, language, preferences."""
