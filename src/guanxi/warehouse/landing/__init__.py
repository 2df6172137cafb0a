"""The bank's files: their contracts, how they are checked, read, judged and landed."""
