"""Bias reports as files: HTML to read, JSON for tools (schema.json), CSV for spreadsheets.

PDF, tagged for screen readers, to hand in or to print.
"""
