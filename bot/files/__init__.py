"""Readers of the files people write: cards, reply catalogues, the council, the policy.

A wrong file raises ``bot.errors.BadFile`` with its line and the remedy. Everything here runs
on Python 3.10 (inside Rasa) and on the newer one.
"""
