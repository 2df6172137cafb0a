"""What developers run on the project; nothing here is installed with it."""
