"""Spark as the engine."""

NAME = "spark"
