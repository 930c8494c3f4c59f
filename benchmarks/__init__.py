"""Measured, never asserted: the whole product beside plain Rasa, in one run."""
