"""Pages of hand-overs: the way through arranging one, signing, progress and undoing."""
