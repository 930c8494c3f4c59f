// The service manager's pages: what a card means, shown while it is written.
"use strict";
(() => {
  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const box = form.querySelector("textarea[name=text]");
  const wrong = document.getElementById("card-error");
  const preview = document.getElementById("preview");
  let due = 0;
  const show = (told) => {
    wrong.textContent = told.problem;
    wrong.hidden = !told.problem;
    box.toggleAttribute("aria-invalid", Boolean(told.problem));
    if (told.problem) return;
    preview.replaceChildren(...told.says.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }));
  };
  const look = async () => {
    const body = new URLSearchParams(new FormData(form));
    body.delete("act");
    try {
      const answer = await fetch(form.action, {
        method: "POST", body, headers: { Accept: "application/json" },
      });
      if (answer.ok) show(await answer.json());
    } catch { /* offline: the button still works when the network is back */ }
  };
  box.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(look, 500);
  });
})();
