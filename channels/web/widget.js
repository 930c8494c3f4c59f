/* Fairway in a page of your own: <script src="https://YOUR-FAIRWAY/widget.js" defer></script>
   A button opens the chat in a frame. Nothing of yours is restyled and nothing of yours restyles
   it: it lives in a shadow root. No cookie is set and nothing is loaded until it is opened. */
(() => {
  "use strict";
  const about = "ABOUT";
  const tag = document.currentScript;
  const asked = (tag && tag.dataset.lang) || document.documentElement.lang || "";
  const codes = Object.keys(about.words);
  const lang =
    codes.find((code) => code.toLowerCase() === asked.toLowerCase()) ||
    codes.find((code) => code === asked.split("-")[0].toLowerCase()) ||
    codes[0];
  const [open, close] = about.words[lang];
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; position: fixed; inset-inline-end: 1rem; inset-block-end: 1rem; z-index: 9999; font: 1rem/1.4 system-ui, sans-serif; }
    button { min-height: 44px; min-width: 44px; padding: .6rem 1.1rem; font: inherit; font-weight: 600; color: #fff; background: ${about.colour}; border: 2px solid #fff; border-radius: .5rem; cursor: pointer; }
    button:focus-visible { outline: 3px solid #14201f; outline-offset: 2px; box-shadow: 0 0 0 6px #ffd23f; }
    section { position: fixed; inset-inline-end: 1rem; inset-block-end: 1rem; width: min(26rem, calc(100vw - 2rem)); height: min(40rem, calc(100vh - 2rem)); display: flex; flex-direction: column; background: #fff; border: 2px solid ${about.colour}; border-radius: .5rem; overflow: hidden; }
    section[hidden] { display: none; }
    section button { border: 0; border-radius: 0; }
    iframe { flex: 1; width: 100%; border: 0; }
    @media (max-width: 30rem), (max-height: 30rem) { section { inset: 0; width: auto; height: auto; border-radius: 0; } }
    @media print { :host { display: none; } }`);
  root.adoptedStyleSheets = [sheet];
  host.lang = lang;
  host.dir = ["ar", "ur"].includes(lang) ? "rtl" : "ltr";

  const make = (name, props) => Object.assign(document.createElement(name), props);
  const panel = make("section", { id: "chat", hidden: true });
  panel.setAttribute("aria-label", open);
  const opener = make("button", { type: "button", textContent: open });
  opener.setAttribute("aria-expanded", "false");
  opener.setAttribute("aria-controls", "chat");
  const closer = make("button", { type: "button", textContent: close });
  const frame = make("iframe", { title: open, referrerPolicy: "strict-origin" });
  frame.allow = "geolocation";
  panel.append(closer, frame);
  root.append(opener, panel);

  const show = (on) => {
    if (on && !frame.src) frame.src = about.url + (lang === codes[0] ? "/" : `/?lang=${lang}`);
    panel.hidden = !on;
    opener.setAttribute("aria-expanded", String(on));
    (on ? frame : opener).focus();
  };
  opener.addEventListener("click", () => show(true));
  closer.addEventListener("click", () => show(false));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) show(false);
  });
  document.body.append(host);
})();
