"""``fairway pages``: bring the council's pages in, and measure how well they are found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Protocol

import click
import httpx
import yaml

from actions.gateways.clock import council_today
from actions.pages.keep import keep_pages
from actions.pages.safe_fetch import SafeFetcher
from actions.pages.sources import FoundPage, from_folder, from_json_file, from_web
from bot.errors import FairwayError
from bot.files.pages import load_pages
from bot.find_passage import PageIndex

SHIPPED = Path(__file__).resolve().parents[2] / "bot" / "knowledge"


class Live(Protocol):
    """What these commands may ask of the product."""

    def pages_folder(self) -> Path:
        """Where imported pages are kept."""


@click.group()
def pages() -> None:
    """The council's own pages, from which the assistant quotes.

    \b
    Example:
      fairway pages import https://www.yourcouncil.gov.uk/sitemap.xml
    """


@pages.command("import")
@click.argument("source")
@click.option("--base", default="", help="Web address of the site, for a JSON:API file.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder; default: the data folder's.")
@click.pass_obj
def import_(live: Live, source: str, base: str, out: Path | None) -> None:
    """Read pages from SOURCE: a folder of HTML, a sitemap, or a JSON:API list (address or file).

    Only public addresses on the source's own host are fetched. Give the pages their service
    codes (lgsl) afterwards; the next import keeps them.

    \b
    Examples:
      fairway pages import https://www.yourcouncil.gov.uk/sitemap.xml
      fairway pages import https://www.yourcouncil.gov.uk/jsonapi/node/localgov_services_page
    """
    folder = out or live.pages_folder()
    try:
        with httpx.Client(trust_env=False, timeout=20.0) as client:
            found = _found(source, base, SafeFetcher(client))
            kept, left = keep_pages(found, folder, council_today())
        load_pages(folder)
    except (FairwayError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{kept} pages are in {folder}; {left} had nothing to quote.")


def _found(source: str, base: str, fetch: SafeFetcher) -> Iterator[FoundPage]:
    if source.startswith(("https://", "http://")):
        return from_web(source, fetch)
    path = Path(source)
    return from_folder(path) if path.is_dir() else from_json_file(path, base)


@pages.command()
@click.option(
    "--pages",
    "folder",
    type=click.Path(path_type=Path),
    default=SHIPPED,
    help="Folder of pages; default: the sandbox council's.",
)
@click.option("--questions", type=click.Path(path_type=Path), default=SHIPPED / "questions.yml",
              help="A list of {ask, page}; page: none where nothing may be quoted.")  # fmt: skip
def evaluate(folder: Path, questions: Path) -> None:
    """Say how often the right page is found, and how often one is quoted that should not be.

    \b
    Example:
      fairway pages evaluate --pages var/pages --questions our_questions.yml
    """
    try:
        index = PageIndex.of(load_pages(folder))
        asked = yaml.safe_load(questions.read_text("utf-8"))
    except (FairwayError, OSError, yaml.YAMLError) as error:
        raise click.ClickException(str(error)) from error
    hits, false, wrong = hit_rate(index, asked, council_today())
    answerable = [one for one in asked if one["page"] != "none"]
    others = len(asked) - len(answerable)
    click.echo(f"right page found: {hits} of {len(answerable)}")
    click.echo(f"quoted although no page answers: {false} of {others}")
    for line in wrong:
        click.echo(f"  {line}")


def hit_rate(
    index: PageIndex, asked: list[dict[str, str]], today: date
) -> tuple[int, int, list[str]]:
    """Hits among the answerable, false quotes among the others, and each miss in words."""
    hits = false = 0
    wrong = []
    for one in asked:
        found = index.find(one["ask"], today)
        got = found.page.name if found else "none"
        hits += got == one["page"] != "none"
        false += one["page"] == "none" != got
        if got != one["page"]:
            wrong.append(f"{one['ask']}: {got}, not {one['page']}")
    return hits, false, wrong
