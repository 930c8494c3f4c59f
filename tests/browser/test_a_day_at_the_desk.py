"""A day at the desk: 20 citizens and 4 agents at once, in two real browsers and by HTTP; mixed
mediums and languages, transfers, silence, a cut line, closing time. Every message arrives once,
in order, to the right people; nobody is lost."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from datetime import time as clock_time

import httpx
import pytest
from playwright.sync_api import expect

from bot.council import DAYS, LONDON
from bot.desk_parts import DeskParts
from bot.desk_view import see_queue
from bot.handoff import HandoffStatus
from bot.message import Medium
from bot.take_in import take_in
from bot.turn import handle_turn
from channels.desk.rounds import DeskRounds
from tests.browser.desk_browser import signed_in
from tests.staff_kit import Site, csrf

LANGUAGES = ("en", "cy", "pl", "ur", "ar")
SAID = 3
"""Messages that each citizen and each agent sends while they talk."""


@dataclass
class WebCitizen:
    """A citizen on the web with an open stream. ``heard`` is what came in by it, in order."""

    site: Site
    number: int
    heard: list[dict] = field(default_factory=list)

    def __post_init__(self) -> None:
        language = LANGUAGES[self.number % len(LANGUAGES)]
        self.client = httpx.Client(base_url=self.site.url, trust_env=False, timeout=30)
        made = self.client.post("/api/conversations", json={"language": language}).json()
        self.id = made["id"]
        self.client.headers["Authorization"] = f"Bearer {made['token']}"
        self.last = made["messages"][-1]["id"]
        self.stopping = threading.Event()
        self.cut = threading.Event()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def says(self, text: str) -> None:
        answer = self.client.post(
            f"/api/conversations/{self.id}/messages",
            json={"text": text, "client_id": f"{self.number} {text}"},
        )
        assert answer.status_code == 200, answer.text

    def _listen(self) -> None:
        """As a browser does: open again after a cut, from the last id that came."""
        while not self.stopping.is_set():
            headers = {"Last-Event-ID": self.last}
            address = f"/api/conversations/{self.id}/events"
            try:
                with self.client.stream("GET", address, headers=headers, timeout=2) as stream:
                    self._read(stream.iter_lines())
            except httpx.TransportError:
                continue

    def _read(self, lines) -> None:
        kind = ""
        for line in lines:
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: ") and kind == "message":
                message = json.loads(line[6:])
                self.last = message["id"]
                self.heard.append(message)
            if self.cut.is_set() and not line:
                self.cut.clear()
                return
            if self.stopping.is_set():
                return

    def stop(self) -> None:
        self.stopping.set()
        self.listener.join(10)
        self.client.close()


@dataclass
class TextCitizen:
    """A citizen who writes text messages."""

    site: Site
    number: int

    def __post_init__(self) -> None:
        language = LANGUAGES[self.number % len(LANGUAGES)]
        self.id = self.site.citizen(
            medium=Medium.SMS, address=f"4477009{self.number:05d}", language=language
        )

    def says(self, text: str) -> None:
        turn = self.site.parts.turn
        handle_turn(turn, take_in(turn, self.id, text).message)


@dataclass
class DeskClient:
    """An agent without a window."""

    site: Site
    name: str

    def __post_init__(self) -> None:
        self.staff = self.site.hire(self.name)
        with self.site.store.begin() as work:
            work.staff.save(replace(self.staff, capacity=20))
            work.commit()
        self.client = self.site.client(self.staff)
        self.token = csrf(self.client.get("/desk").text)
        self.mine: list[str] = []
        self.lost_races = 0

    def take_all(self) -> None:
        """Take the top of the queue until it is empty, as everybody does at once."""
        while case := self._top():
            answer = self._post(case, "claim")
            if answer.status_code == 303:
                self.mine.append(case)
                time.sleep(0.05)
            else:
                assert answer.status_code == 409, answer.text
                self.lost_races += 1

    def _top(self) -> str | None:
        found = re.findall(r'id="take-(\w+)"', self.client.get("/desk").text)
        return found[0] if found else None

    def says(self, case: str, text: str) -> None:
        answer = self._post(case, "answer", text=text, form_id=f"{self.name}{case[:8]}{text}")
        assert answer.status_code == 303, answer.text

    def passes(self, case: str, to: str) -> None:
        answer = self._post(case, "pass", to=to, note=f"{self.name} asks you to go on")
        assert answer.status_code == 303, answer.text

    def closes(self, case: str) -> None:
        assert self._post(case, "close", outcome="resolved").status_code == 303

    def _post(self, case: str, what: str, **fields: str) -> httpx.Response:
        return self.client.post(f"/desk/cases/{case}/{what}", data={"csrf": self.token, **fields})


@pytest.fixture
def noon(clock):
    """The day begins at noon, so that it ends before midnight."""
    now = clock.now().astimezone(LONDON)
    start = datetime.combine(now.date() + timedelta(days=1), clock_time(12), LONDON)
    clock.ahead = (start - now).total_seconds()


@pytest.fixture
def day(noon, site):
    web = [WebCitizen(site, n) for n in range(11)]
    texts = [TextCitizen(site, n) for n in range(11, 19)]
    yield web, texts
    for one in web:
        one.stop()


def all_at_once(jobs: list[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


def until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def handoff_of(site: Site, conversation_id: str):
    with site.store.begin() as work:
        return work.handoffs.of(conversation_id)[-1]


@pytest.mark.timeout(900)
def test_twenty_citizens_and_four_agents_and_nobody_is_lost(site, browser, clock, day):
    web, texts = day
    citizen = browser.new_context().new_page()  # the twentieth, in a real browser
    citizen.goto(site.url)
    citizen.get_by_role("textbox").fill("can i speak to a person please")
    citizen.get_by_role("button", name="Send", exact=True).click()
    expect(citizen.locator("#wait")).to_be_visible()
    carys = site.hire("carys")
    desk = signed_in(browser, site, carys)
    desk.goto(f"{site.url}/desk")
    desk.get_by_role("button", name=re.compile("^Take")).first.click()
    expect(desk.get_by_label("Your answer")).to_be_visible()
    in_browser = desk.url.rsplit("/", 1)[1]

    # Everybody else asks for a person at once, and three agents go for the top of the queue.
    everyone = [*web, *texts]
    all_at_once([lambda c=c: c.says("can i speak to a person please") for c in everyone])
    agents = [DeskClient(site, name) for name in ("asha", "bryn", "dai")]
    all_at_once([agent.take_all for agent in agents])
    taken = Counter(case for agent in agents for case in agent.mine)
    assert sorted(taken) == sorted(handoff_of(site, c.id).id for c in everyone)
    assert set(taken.values()) == {1}

    # All talk across each other; one line is cut in the middle.
    holder = {case: agent for agent in agents for case in agent.mine}
    cases = {c.id: handoff_of(site, c.id).id for c in everyone}

    def talk(one) -> None:
        case = cases[one.id]
        for n in range(SAID):
            one.says(f"c{one.number} says {n}")
            if n == 1 and isinstance(one, WebCitizen) and one.number == 3:
                one.cut.set()
            holder[case].says(case, f"to c{one.number} answer {n}")

    all_at_once([lambda c=c: talk(c) for c in everyone])
    for n in range(SAID):
        citizen.get_by_role("textbox").fill(f"c19 says {n}")
        citizen.get_by_role("button", name="Send", exact=True).click()
        expect(desk.locator("#log")).to_contain_text(f"c19 says {n}")
        desk.get_by_label("Your answer").fill(f"to c19 answer {n}")
        desk.get_by_role("button", name="Send").click()
        expect(citizen.locator("#log")).to_contain_text(f"to c19 answer {n}")

    # Each passes a case on: to a colleague, to a team.
    asha, bryn, dai = agents
    moved = asha.mine[0]
    asha.passes(moved, "person:bryn")
    bryn.says(moved, "bryn goes on")
    with site.store.begin() as work:
        assert work.handoffs.get(moved).claimed_by == "bryn"
    to_team = dai.mine[0]
    dai.passes(to_team, "team:highways")
    asha.take_all()
    assert to_team in asha.mine

    # An agent falls silent: the citizen is told, and the next free one takes over.
    quiet = bryn.mine[0]
    silent = next(c for c in everyone if cases[c.id] == quiet)
    silent.says("hello?")
    clock.ahead += 11 * 60
    for one in everyone:
        if one is not silent and handoff_of(site, one.id).status is HandoffStatus.CLAIMED:
            case = handoff_of(site, one.id)
            who = {"asha": asha, "bryn": bryn, "dai": dai}[case.claimed_by]
            who.says(case.id, "still with you")
    rounds = DeskRounds(
        DeskParts(site.parts.turn, site.store), site.parts.council, timedelta(minutes=10)
    )
    all_at_once([rounds.run_once, rounds.run_once])  # as two processes would
    dai.take_all()
    assert quiet in dai.mine
    dai.says(quiet, "sorry, I am here")

    # Closing time: whoever still waits hears it once, and is served the next day.
    late = TextCitizen(site, 20)
    late.says("can i speak to a person please")
    clock.ahead += 10 * 60
    shut = dict.fromkeys(DAYS, (clock_time(0), clock_time(12, 20)))
    council = replace(site.parts.council, hours=shut)
    closing = DeskRounds(rounds.parts, council, timedelta(0))
    all_at_once([closing.run_once, closing.run_once])
    closing.run_once()
    assert sum("closing now" in t for t in site.texts(late.id)) == 1
    asha.take_all()

    # All is closed; nobody waits.
    for agent in agents:
        with site.store.begin() as work:
            held = [h.id for h in work.handoffs.with_status(HandoffStatus.CLAIMED)
                    if h.claimed_by == agent.name]  # fmt: skip
        for case in held:
            agent.closes(case)
    desk.reload()
    desk.get_by_text("Close this case").click()
    desk.get_by_label("Resolved").check()
    desk.get_by_role("button", name="Close the case").click()
    expect(desk.get_by_text("The case is closed.")).to_be_visible()
    queue = see_queue(site.desk, asha.staff)
    assert (queue.waiting, queue.mine, queue.with_colleagues) == ((), (), ())
    assert in_browser in {c.handoff.id for c in queue.over_today}

    check_words(site, everyone)
    expect(citizen.locator("#log")).to_contain_text("come to an end")
    shown = citizen.locator(".bubble").all_inner_texts()
    assert [t for t in shown if t.startswith(("c19", "to c19"))] == [
        text for n in range(SAID) for text in (f"c19 says {n}", f"to c19 answer {n}")
    ]
    for page in (desk, citizen):
        page.context.close()


def check_words(site: Site, everyone) -> None:
    """Each conversation holds its own words, once and in order; each stream brought the same."""
    for one in everyone:
        texts = site.texts(one.id)
        mine = [t.split(": ", 1)[1] for t in texts]
        about = [t for t in mine if re.search(r"\bc\d+ (says|answer)", t)]
        n = one.number
        assert about == [
            text for i in range(SAID) for text in (f"c{n} says {i}", f"to c{n} answer {i}")
        ], about
        assert sum("come to an end" in t for t in mine) <= 1
    for one in [c for c in everyone if isinstance(c, WebCitizen)]:
        with site.store.begin() as work:
            kept = [m.id for m in work.messages.of(one.id)][1:]  # after the greeting
        until(lambda o=one, k=kept: o.last == k[-1], f"c{one.number} did not hear the end")
        heard = [m["id"] for m in one.heard]
        assert heard == kept, f"c{one.number}"
