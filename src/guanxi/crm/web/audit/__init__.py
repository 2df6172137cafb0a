"""The auditor's screens: who did what, who looked at whom, and whether the log is whole."""
