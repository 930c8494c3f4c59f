"""``fairway pages``: bring the council's pages in, and measure how well they are found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import click
import httpx

from actions.gateways.clock import council_today
from actions.pages.evaluate import code_of, misses, read_questions, table
from actions.pages.keep import keep_pages
from actions.pages.safe_fetch import SafeFetcher
from actions.pages.sources import FoundPage, from_folder, from_json_file, from_web
from bot.errors import FairwayError
from bot.files.pages import SHIPPED, load_pages
from bot.find_passage import PageIndex


class Live(Protocol):
    """What these commands may ask of the product."""

    def pages_folder(self) -> Path:
        """Where imported pages are kept."""

    def rank_passages(
        self, folder: Path, asked: Sequence[Mapping[str, str | int | None]]
    ) -> list[dict[str, float]]:
        """For each question {"ask", "lang", "lgsl"} how near passages of ``folder``'s pages are."""


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
@click.option("--words", is_flag=True, help="By words alone; needs no trained model.")
@click.pass_obj
def evaluate(live: Live, folder: Path, questions: Path, words: bool) -> None:
    """Say how often the right passage is quoted, and how often one is that should not be: by
    words, by meaning, by both as the assistant does it, and where it knows the service. With
    Wilson's 95 % intervals.

    \b
    Example:
      fairway pages evaluate --pages var/pages --questions our_questions.yml
    """
    try:
        index, today = PageIndex.of(load_pages(folder)), council_today()
        asked = read_questions(questions)
    except (FairwayError, OSError) as error:
        raise click.ClickException(str(error)) from error
    plain = [{"ask": q.ask, "lang": q.lang, "lgsl": code_of(index, q)} for q in asked]
    nears = None if words else live.rank_passages(folder, plain)
    click.echo(f"{len(asked)} questions, {len(index.passages)} passages, {today}")
    for line in table(index, asked, today, nears):
        click.echo(line)
    for line in misses(index, asked, today, nears):
        click.echo(line)
