"""The audit's gates: what a changed policy or a new model must pass before it is live, and what the
service manager's pages ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.files.pages import load_pages, pages_to_quote
from bot.need import Availability, Barrier, Channel, Circumstances, Need
from bot.policy_steps_back import steps_back
from bot.routing import Doors, RoutingPolicy, decide_route
from channels.manager import ManagerTools
from channels.manager.tools import Place
from channels.model_shelf import CANDIDATE, LIVE, answers_beside, named_model
from channels.policy_shelf import Admission, admit
from channels.product_files import ProductFiles, read_files
from channels.settings import OWN_CARDS, ROOT, Settings
from fairness.redact import redact
from fairness.simulate.district import Person


def why_not_candidate(models: Path) -> tuple[str, ...]:
    """Why the model that waits may not go live, as the audit sees it; nothing: it may. Raises
    AuditError for a broken file of answers."""
    from fairness.model_gate import read_answers, why_not_model

    live, candidate = (named_model(models, name) for name in (LIVE, CANDIDATE))
    if live is None or candidate is None:
        return ()
    before, after = (read_answers(answers_beside(model)) for model in (live, candidate))
    return why_not_model(before, after)


def candidate_not_compared(models: Path) -> str:
    """Why the audit had nothing to compare the model that waits with; nothing: it had. Raises
    AuditError for a broken file of answers."""
    from fairness.model_gate import not_compared, read_answers

    live, candidate = (named_model(models, name) for name in (LIVE, CANDIDATE))
    if live is None or candidate is None:
        return "there is no live model" if live is None else "no model waits"
    before, after = (read_answers(answers_beside(model)) for model in (live, candidate))
    return not_compared(before, after)


def admitted_policy(
    settings: Settings,
    overruled_by: Mapping[str, str] | None = None,
    files: ProductFiles | None = None,
    wanted: Path = ROOT / "bot" / "routing_policy.yml",
) -> Admission:
    """The routing policy that may be live, ``wanted`` or the one before: a changed one has to
    pass the audit first."""
    held = files or read_files(settings.council_file)

    def check(before: RoutingPolicy, after: RoutingPolicy) -> tuple[str, ...]:
        return why_not_policy(before, after, held)

    return admit(settings.home, wanted, check, overruled_by)


def why_not_policy(
    before: RoutingPolicy, after: RoutingPolicy, files: ProductFiles
) -> tuple[str, ...]:
    """Why ``after`` may not take the place of ``before``, as the audit sees it; nothing: it may.

    The stated district says how many fare worse, and knows few circumstances; so every one that a
    policy can tell apart is compared as well.
    """
    # Imported where a policy has changed: the audit's libraries are not for every start.
    from fairness.policy_gate import people_of_district, why_not

    in_district = why_not(
        people_of_district(),
        lambda person: _sent_to(person, before, files),
        lambda person: _sent_to(person, after, files),
    )
    return (*in_district, *steps_back(before, after))


def manager_tools(settings: Settings) -> ManagerTools:
    """What the service manager's pages ask of the audit and of the pages to quote."""
    own_cards = settings.home / OWN_CARDS

    def policy_reasons(before: RoutingPolicy, after: RoutingPolicy) -> tuple[str, ...]:
        return why_not_policy(before, after, read_files(settings.council_file, own_cards))

    def model_reasons(before: Path, after: Path) -> tuple[str, ...]:
        from fairness.model_gate import read_answers, why_not_model

        return why_not_model(read_answers(before), read_answers(after))

    def model_not_compared(before: Path, after: Path) -> str:
        from fairness.model_gate import not_compared, read_answers

        return not_compared(read_answers(before), read_answers(after))

    return ManagerTools(
        redact=redact,
        policy_reasons=policy_reasons,
        model_reasons=model_reasons,
        model_not_compared=model_not_compared,
        published=published,
        pages=lambda: load_pages(pages_to_quote(settings.home / "pages")),
    )


def published(counts: Mapping[Place, int]) -> dict[Place, int | None]:
    """What of a table may be shown: numbers, rounded, and None for those that stay hidden."""
    from fairness.publishable import publishable
    from fairness.records import Rules

    rules = Rules()
    return publishable(counts, rules.threshold or 10, rules.rounding)


def _sent_to(person: Person, policy: RoutingPolicy, files: ProductFiles) -> str:
    """Where ``policy`` sends a synthetic citizen, with the contact centre open."""
    card = files.cards.get(person.card)
    circumstances = Circumstances(
        asked_channel=Channel(person.asked_channel) if person.asked_channel else None,
        barriers=frozenset(map(Barrier, person.barriers)),
    )
    need, doors = (card.need, card.doors) if card else (Need(), Doors())
    return decide_route(need, circumstances, Availability(), doors, policy).channel.value
