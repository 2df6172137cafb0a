"""The requests of persons about their data: the queue, the case, its receipt."""
