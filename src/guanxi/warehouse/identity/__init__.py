"""One customer, one number for life: records of the bank's files are standardised, linked and given a number."""
