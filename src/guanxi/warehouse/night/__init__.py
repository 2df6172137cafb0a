"""The night's job: from the day's folder to the published business date."""
