"""Maquette: a self-hosted studio for pictures."""

__version__ = "0.1.0"
