"""What is done with customers and what is to be done: activities, tasks, the log of a day."""
