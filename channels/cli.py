"""The ``fairway`` command. Each sub-command is a file in ``channels/commands``.

Sub-commands are imported when they are asked for, so that ``fairway chat`` does not wait for
the audit's libraries.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from channels.commands.here import settings_here
from channels.commands.plain_errors import in_plain_words

COMMANDS = {
    "up": "channels.commands.up:up",
    "scale": "channels.commands.scale:scale",
    "serve": "channels.commands.serve:serve",
    "train": "channels.commands.train:train",
    "prepare": "channels.commands.prepare:prepare",
    "doctor": "channels.commands.doctor:doctor",
    "chat": "channels.commands.chat:chat",
    "sms": "channels.commands.sms:sms",
    "parse": "channels.commands.parse:parse",
    "benchmark-nlu": "channels.commands.benchmark_nlu:benchmark_nlu",
    "retention": "channels.commands.retention:retention",
    "erase": "channels.commands.erase:erase",
    "dpia": "channels.commands.dpia:dpia",
    "export": "channels.commands.export:export_",
    "import": "channels.commands.export:import_",
    "switch": "channels.commands.switch:switch",
    "keys": "channels.commands.keys:keys",
    "staff-log": "channels.commands.staff_log:staff_log",
    "user": "channels.commands.user:user",
    "pages": "actions.pages.command:pages",
    "try-georeport": "actions.try_georeport:try_georeport",
    "policy": "channels.commands.policy:policy",
    "audit": "fairness.__main__:audit_command",
    "admit-policy": "channels.commands.admit_policy:admit_policy",
    "audit-due": "fairness.schedule_command:audit_due",
    "counterfactual": "fairness.counterfactual.command:counterfactual",
    "transparency": "fairness.transparency_command:transparency",
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

    def invoke(self, ctx: click.Context) -> Any:
        """Whatever the command, what it runs into is said in a sentence."""
        with in_plain_words():
            return super().invoke(ctx)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fairway")
@click.pass_context
def fairway(context: click.Context) -> None:
    """A council's citizen service assistant.

    Start everything with `fairway up`, then talk to it with `fairway chat`.
    Settings come from the environment; the README lists them all.
    """
    context.obj = Live()


class Live:
    """What the audit's commands may ask of the running product; read only when asked."""

    def equality_key(self) -> str:
        """What joins equality answers to conversations; the audit alone asks for it."""
        return settings_here().secrets.equality_key

    def pages_folder(self) -> Path:
        """Where imported pages are kept."""
        return settings_here().home / "pages"

    def rank_passages(self, folder: Path, asked: list[dict[str, str]]) -> list[dict[str, float]]:
        """How near passages of the pages in ``folder`` are to each question."""
        module = import_module("channels.commands.rank_passages")
        ranked: list[dict[str, float]] = module.rank_passages(folder, asked)
        return ranked

    def systems(self) -> list[Any]:
        """The council's systems and what answers, as ``actions.gateways.probe`` says it."""
        probed: list[Any] = import_module("channels.app").probe_systems(settings_here())
        return probed

    def audit_plan(self) -> object:
        """Which reports are made by themselves, from what and where they go."""
        settings = settings_here()
        plan = import_module("fairness.schedule").Plan
        shelf = settings.home / "reports"
        return plan(settings.database_url, shelf, settings.audit_days, settings.audit_groups)

    def about(self) -> dict[str, str]:
        """The council, its address and phone, how many services, policy and model versions."""
        settings = settings_here()
        files = import_module("channels.product_files").read_files(settings.council_file)
        version = import_module("channels.app").model_version(settings.home)
        return {
            "council": files.council.name,
            "phone": files.council.phone,
            "url": settings.public_url,
            "services": str(len(files.cards)),
            "policy": files.policy.version,
            "model": version or "not trained yet",
        }


if __name__ == "__main__":
    fairway()
