"""The team: who looks after how many customers, and who covers for whom."""
