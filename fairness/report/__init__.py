"""Bias reports as files: HTML to read, JSON for tools (schema.json), CSV for spreadsheets.

PDF comes with the fuller report; until then the HTML prints cleanly.
"""
