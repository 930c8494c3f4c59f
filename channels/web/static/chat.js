/* The chat page without reloading. Everything here also works without this script: when
   anything fails, the form is simply sent. Text is only ever set as text, never as HTML. */
(() => {
  "use strict";
  const framed = window !== window.top; // in the council's own page, see widget.js
  const form = document.getElementById("write");
  const box = document.getElementById("text");
  const log = document.getElementById("log");
  const exit = document.getElementById("exit");
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    sessionStorage.clear();
    window.top.location.replace(exit.firstElementChild.href);
  });
  // A page that we link to opens beside the chat, not inside its little frame.
  const outside = (link) => framed && (link.target = "_blank");
  if (framed) document.documentElement.classList.add("framed");
  document.querySelectorAll(".bubble a").forEach(outside);
  if (!form) return sessionStorage.removeItem("draft");

  const working = document.getElementById("working");
  const check = document.getElementById("check");
  const now = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const byId = (id) => document.getElementById("m-" + id);
  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text) node.textContent = text;
    return node;
  };
  let after = form.dataset.after;
  let stream, timer, again, failed;
  let failures = 0;
  if (check) check.hidden = true;

  // A draft survives a reload and a lost connection.
  const keep = () => sessionStorage.setItem("draft", box.value);
  if (!box.value) box.value = sessionStorage.getItem("draft") || "";
  box.addEventListener("input", keep);

  const addText = (bubble, text) => {
    text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/).forEach((piece, i) => {
      // No look-alike letters and no name before an @: a link goes where it seems to.
      if (!(i % 2) || !/^[!-?A-~]+$/.test(piece)) return bubble.append(piece);
      const link = make("a", "", piece);
      link.href = piece;
      link.rel = "noreferrer";
      outside(link);
      bubble.append(link);
    });
  };

  const addChoices = (node, message) => {
    const box = make("div", "choices");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", form.dataset.choices);
    for (const { title, payload, lang } of message.buttons) {
      const button = make("button", "quiet", title);
      button.setAttribute("form", "write");
      button.name = "choice";
      button.value = payload;
      button.lang = lang || message.lang;
      button.dir = "auto";
      box.append(button);
    }
    node.append(box);
  };

  // One node a message, whole at once, so that a screen reader says it once.
  const add = (message, before) => {
    if (message.id && byId(message.id)) return; // the stream repeats what an answer brought
    if (message.id) {
      after = message.id;
      // A new word from the citizen takes the old choices off the table.
      if (message.from === "citizen") log.querySelectorAll(".choices").forEach((old) => old.remove());
    }
    const mine = message.client_id && log.querySelector(`[data-client="${CSS.escape(message.client_id)}"]`);
    if (mine) return void (mine.id = "m-" + message.id);
    const node = make("div", `message new ${message.from}`);
    if (message.id) node.id = "m-" + message.id;
    if (message.client_id) node.dataset.client = message.client_id;
    const who = make("p", "who");
    who.append(make("b", "", message.who), " ");
    if (message.time) who.append(make("time", "", message.time));
    const bubble = make("div", "bubble");
    // People write as they like; what the assistant says runs as its language does.
    bubble.dir = message.from === "citizen" || message.from === "agent" ? "auto" : message.dir || "auto";
    bubble.lang = message.lang || document.documentElement.lang;
    if (message.from === "citizen") bubble.textContent = message.text;
    else addText(bubble, message.text);
    if (message.photo) bubble.append(Object.assign(make("img", "photo"), { src: message.photo, alt: message.photo_alt }));
    node.append(who, bubble);
    if (message.buttons && message.buttons.length) addChoices(node, message);
    log.insertBefore(node, before || null);
    show(node);
    return node;
  };

  // What is new, all of it since anything was touched, is brought into sight from its start, without
  // moving the focus: who is in danger must not have to scroll back to 999. What a person writes is
  // new by itself, and so is an answer to words that fill the screen.
  let news;
  for (const touch of ["pointerdown", "keydown", "wheel", "touchmove"])
    document.addEventListener(touch, () => (news = undefined), { passive: true });
  const topOf = (node) => node.getBoundingClientRect().top;
  const show = (node) => {
    if (!news?.isConnected || node.matches(".citizen, .agent")) news = node;
    else if (news === node.previousElementSibling && topOf(node) - topOf(news) > innerHeight / 3 && news.matches(".citizen")) news = node;
    // Reckoned, not looked at after a first scroll: that may be smooth, and still under way.
    const kept = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
    if (form.getBoundingClientRect().bottom - topOf(news) > innerHeight - kept) news.scrollIntoView({ block: "start" });
    else form.scrollIntoView({ block: "nearest" });
  };

  // The place in the queue is kept up to date in words that no screen reader is made to say.
  const wait = document.getElementById("wait");
  const showWait = (text) => {
    wait.textContent = text;
    wait.hidden = !text;
    clearTimeout(timer);
    if (text) timer = setTimeout(askWait, 20000);
  };
  const askWait = () =>
    fetch("/chat/wait", { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject()))
      .then((told) => showWait(told.wait || ""))
      .catch(() => showWait(wait.textContent));

  // Signs to the person at the other end: seen, and being written.
  const writes = document.getElementById("writes");
  let gone, read, signed = 0;
  const sign = (what, more) =>
    fetch("/chat/" + what, { method: "POST", body: new URLSearchParams({ csrf: form.elements.csrf.value, ...more }) }).catch(() => {});
  const seen = () => {
    if (document.hidden || read === after || !log.querySelector(".agent")) return;
    read = after;
    sign("seen", { up_to: after });
  };
  document.addEventListener("visibilitychange", seen);
  box.addEventListener("input", () => {
    if (Date.now() - signed < 3000 || !log.querySelector(".agent")) return;
    signed = Date.now();
    sign("typing");
  });
  const change = (message) => {
    const node = byId(message.id);
    if (!node) return;
    const bubble = node.querySelector(".bubble");
    bubble.textContent = "";
    addText(bubble, message.text);
    if (!node.querySelector(".changed")) node.querySelector(".who").append(" ", make("span", "changed", `(${form.dataset.changed})`));
  };

  // What was said not to be sent has arrived after all: it is not to be sent once more.
  const newId = () => (form.elements.client_id.value = crypto.getRandomValues(new Uint32Array(3)).join("-"));
  const arrived = (message) => {
    if (!failed || message.client_id !== failed.client) return;
    if (box.value === failed.draft) box.value = "";
    keep();
    newId();
    failed = undefined;
  };

  const follow = () => {
    clearTimeout(again);
    if (stream || !after) return;
    stream = new EventSource("/chat/events?after=" + encodeURIComponent(after));
    stream.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if (add(message) && !wait.hidden) askWait();
      arrived(message);
      if (message.from === "agent") writes.hidden = true;
      seen();
    });
    // A browser gives up for good when it is told no; we ask again.
    stream.addEventListener("error", () => {
      if (!stream || stream.readyState !== EventSource.CLOSED) return;
      rest();
      again = setTimeout(follow, 5000);
    });
    stream.addEventListener("changed", (event) => change(JSON.parse(event.data)));
    stream.addEventListener("writes", () => {
      writes.hidden = false;
      clearTimeout(gone);
      gone = setTimeout(() => (writes.hidden = true), 4000);
    });
  };

  // While an answer is on its way the stream rests: it would bring the same once more.
  const rest = () => {
    if (stream) stream.close();
    stream = undefined;
    clearTimeout(again);
  };

  const STALE = {};
  const post = async (body) => {
    const request = { method: "POST", body, headers: { Accept: "application/json" } };
    const send = () => fetch(form.action, request);
    try {
      const answer = await send();
      return answer.status >= 500 ? await send() : answer;
    } catch {
      return send(); // once more: its client_id keeps it from being taken twice
    }
  };

  const busy = (on) => {
    working.hidden = !on;
    form.setAttribute("aria-busy", on);
  };

  const tell = (text) => add({ from: "system", who: form.dataset.system, text });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    const button = event.submitter;
    const choice = button && button.name === "choice";
    const draft = box.value;
    const words = choice ? button.value : draft;
    // What failed may have been kept: the same goes by its own id, anything else by a new one.
    if (failed && failed.words !== words) newId();
    const fields = new FormData(form);
    if (choice) fields.set("choice", button.value);
    if (after) fields.set("after", after);
    const body = new URLSearchParams(fields);
    const client = fields.get("client_id");
    const sent = choice ? button.textContent : draft.trim();
    busy(true);
    rest();
    const mine = sent && add({ from: "citizen", who: form.dataset.you, text: sent, client_id: client, time: now() });
    if (!choice) box.value = "";
    box.focus({ preventScroll: true });
    const giveBack = () => {
      if (mine) mine.remove();
      // What was typed meanwhile stays, after what could not be sent.
      if (!choice) box.value = [draft, box.value].filter(Boolean).join("\n");
      keep();
      failed = { client, words, draft: choice ? undefined : box.value };
      follow();
      busy(false);
    };
    try {
      const answer = await post(body);
      if (answer.status === 403) throw STALE; // the page is out of date: send it, to get a new one
      const told = await answer.json();
      if (!answer.ok) {
        giveBack();
        return tell(told.message + " " + told.what_next);
      }
      failed = undefined;
      failures = 0;
      document.querySelectorAll("[name=csrf]").forEach((field) => (field.value = told.csrf));
      form.elements.client_id.value = told.client_id;
      if (told.keep_draft) box.value = box.value || draft;
      keep();
      if (told.started) {
        const greeting = byId("greeting");
        if (greeting) greeting.id = "m-" + told.messages[0].id;
      }
      // Before the messages: these move what is below them, and the page stands where those begin.
      if (told.exit) exit.hidden = false;
      showWait(told.wait);
      for (const id of ["after", "add-photo"]) document.getElementById(id).hidden = false;
      let before = mine; // what an agent wrote before it
      for (const message of told.messages) {
        if (message.client_id === client) before = null;
        add(message, before);
      }
      follow();
      busy(false);
    } catch (stale) {
      giveBack();
      // On a bad line the page stays, with the phone number on it. Where it goes on failing it may
      // be the script: the form can do without.
      if (stale !== STALE && (++failures < 3 || navigator.onLine === false)) return tell(form.dataset.notSent);
      if (choice) form.append(Object.assign(make("input"), { type: "hidden", name: "choice", value: button.value }));
      form.submit();
    }
  });

  // Where somebody stands, put into the box for them to look at and send.
  const place = document.getElementById("place");
  if (navigator.geolocation && isSecureContext) place.hidden = false;
  place.addEventListener("click", () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const at = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`;
        box.value = (box.value ? box.value + " " : "") + place.dataset.words.replace("{place}", at);
        keep();
        box.focus();
      },
      () => (place.hidden = true),
    ),
  );

  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  follow();
  if (!wait.hidden) showWait(wait.textContent);
})();
