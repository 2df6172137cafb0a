"""What a member of staff can see, with counts."""
