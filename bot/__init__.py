"""The assistant's rules and words: pure Python, no framework. Start with ``turn.py``."""
