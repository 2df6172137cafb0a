"""Pages of the rules: what decides, drafts with their tables, tests, simulation, approval."""
