"""Agents work in Chatwoot instead of at our desk: an API channel for the citizen's side, an agent
bot for ours."""

from channels.chatwoot.bridge import start_chatwoot
from channels.chatwoot.inbound import make_chatwoot_router

__all__ = ["make_chatwoot_router", "start_chatwoot"]
