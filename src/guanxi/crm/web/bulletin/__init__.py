"""The bulletin board and the shared materials as pages."""
