"""What the ``guanxi`` command does, a module a sub-command."""
