"""The team's board: who needs help, from the institution down to the last contact."""
