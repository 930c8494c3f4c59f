"""The ``fairway`` command. Each sub-command is a file in ``channels/commands``.

Sub-commands are imported when they are asked for, so that ``fairway chat`` does not wait for
the audit's libraries.
"""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "up": "channels.commands.up:up",
    "serve": "channels.commands.serve:serve",
    "train": "channels.commands.train:train",
    "prepare": "channels.commands.prepare:prepare",
    "doctor": "channels.commands.doctor:doctor",
    "chat": "channels.commands.chat:chat",
    "sms": "channels.commands.sms:sms",
    "parse": "channels.commands.parse:parse",
    "user": "channels.commands.user:user",
    "audit": "fairness.__main__:audit_command",
    "counterfactual": "fairness.counterfactual.command:counterfactual",
    "simulate": "fairness.simulate.command:simulate",
}


class LazyGroup(click.Group):
    """A group that imports a command only when it is run or its help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fairway")
def fairway() -> None:
    """A council's citizen service assistant.

    Start everything with `fairway up`, then talk to it with `fairway chat`.
    Settings come from the environment; the README lists them all.
    """


if __name__ == "__main__":
    fairway()
