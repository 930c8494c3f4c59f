"""Help for browser tests of the citizen's pages: new visitors, and what to look at."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from bot.message import Button, Message, Sender
from bot.stores.schema import conversations
from channels.assistant_memory import COME_IN, PERSON, answer_with
from channels.parts import Parts

POTHOLE = answer_with(
    "I can send this to the team that mends roads.\n\nWhere is the pothole? "
    "You can also read https://example.org/potholes.",
    "en",
    Button("High Street", "/high"),
    PERSON,
    COME_IN,
)


@dataclass
class Visitors:
    """People who open the site at ``url``; ``troubles`` is what their browsers complain of."""

    browser: Browser
    url: str
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def open(
        self,
        path: str = "/",
        *,
        width: int = 1024,
        height: int = 768,
        script: bool = True,
        **options,
    ) -> Page:
        """A new visitor's page."""
        size = {"width": width, "height": height}
        context = self.browser.new_context(viewport=size, java_script_enabled=script, **options)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("console", self._note_console)
        page.on("request", lambda asked: self._note_request(asked.url))
        page.goto(self.url + path)
        return page

    def close(self) -> None:
        """Everyone leaves."""
        for context in self.contexts:
            context.close()

    def _note_console(self, said: ConsoleMessage) -> None:
        if said.type == "error" and "Failed to load resource" not in said.text:
            self.troubles.append(f"console: {said.text}")

    def _note_request(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "about:")):
            self.troubles.append(f"third party: {url}")


def say(page: Page, text: str) -> None:
    """Write ``text`` and send it."""
    page.fill("#text", text)
    page.get_by_role("button", name="Send", exact=True).click()


def expect_said(page: Page, *texts: str) -> None:
    """Wait until the last bubbles hold these texts, in order."""
    expect(page.locator(".bubble").nth(-1)).to_contain_text(texts[-1])
    shown = page.locator(".bubble").all_inner_texts()[-len(texts) :]
    assert all(text in bubble for text, bubble in zip(texts, shown, strict=True)), shown


def agent_writes(parts: Parts, text: str) -> None:
    """An agent's message appears in the only conversation there is."""
    turn = parts.turn
    with parts.engine.begin() as db:
        conversation = db.execute(conversations.select()).mappings().one()["id"]
    message = Message(turn.new_id(), conversation, Sender.AGENT, text, "en", turn.clock.now())
    with turn.store.begin() as work:
        work.messages.add(message)
        work.commit()
    parts.live.changed([conversation])


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window; works without scripts too."""
    session = page.context.new_cdp_session(page)
    metrics = session.send("Page.getLayoutMetrics")
    return max(0, metrics["cssContentSize"]["width"] - metrics["cssLayoutViewport"]["clientWidth"])
