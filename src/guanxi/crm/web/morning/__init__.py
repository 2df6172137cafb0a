"""The morning list: what should I do now, and why; and the brief before a visit."""
