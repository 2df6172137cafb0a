"""Rules in versions: who drafted, what it would change, who approved, what decides from when on."""
