"""The bias audit: who is served worse, how sure we are, and what to do about it.

Start with ``fairness/audit.py``: it names every step in order. This room only reads.
"""
