"""Industries: organisations by the sections and divisions of GB/T 4754."""
