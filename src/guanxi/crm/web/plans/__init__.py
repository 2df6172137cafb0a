"""Visit plans by day, week and month, the record of a visit, plan against done at each level of the bank."""
