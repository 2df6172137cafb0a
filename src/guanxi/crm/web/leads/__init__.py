"""The pages of leads: the list, one lead, its conversion, files of leads, the rules, and the public form."""
