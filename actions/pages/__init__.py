"""Bring the council's pages in, as files that can be quoted and that people can read and mend."""
