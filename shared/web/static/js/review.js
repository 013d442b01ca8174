"use strict";
// The review by keyboard: boxes one after the other, marked without leaving the page. Without the script every mark is a
// form of its own, and every act has a link that opens it.
(() => {
  const review = document.querySelector("[data-review]");
  if (!review) return;
  const KEY = "flegt-review-keys";
  const template = review.querySelector("template[data-differs]");
  const keysOn = review.querySelector("[data-keys-on]");

  const boxes = () => [...review.querySelectorAll("[data-box]")];
  const here = () => document.activeElement?.closest?.("[data-box]");

  function goTo(box) {
    if (!box) return;
    box.focus({ preventScroll: true });
    box.scrollIntoView({ block: "nearest" });
  }

  function move(steps) {
    const all = boxes();
    const at = all.indexOf(here());
    goTo(all[at < 0 ? 0 : Math.min(Math.max(at + steps, 0), all.length - 1)]);
  }

  function count() {
    const marked = boxes().filter((box) => box.dataset.tone !== "open").length;
    const differing = boxes().filter((box) => box.dataset.tone === "bad").length;
    for (const shown of document.querySelectorAll("[data-marked]")) shown.textContent = String(marked);
    const bar = document.querySelector("[data-progress]");
    if (bar) bar.value = marked;
    const badge = document.querySelector("[data-differing]");
    if (badge) {
      badge.hidden = differing === 0;
      badge.querySelector("span").textContent = String(differing);
    }
  }

  async function send(form, finding, onwards) {
    const box = form.closest("[data-box]");
    const body = new URLSearchParams(new FormData(form));
    body.set("finding", finding);
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "box", Accept: "text/html" } });
    } catch {
      answer = null;
    }
    if (!answer || (!answer.ok && answer.status !== 422)) {
      // The page itself says what is wrong: signed out, decided meanwhile, no connection.
      const again = document.createElement("input");
      Object.assign(again, { type: "hidden", name: "finding", value: finding });
      form.append(again);
      form.submit();
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-box]");
    box.replaceWith(fresh);
    propose(page.querySelector("template[data-panels]"));
    count();
    if (answer.status === 422) {
      fresh.querySelector("[aria-invalid], select")?.focus();
    } else if (onwards) {
      const all = boxes();
      goTo(all[Math.min(all.indexOf(fresh) + 1, all.length - 1)]);
    } else {
      goTo(fresh);
    }
  }

  // What differs is proposed in the forms of acts: those into which nobody has typed are taken from the answer.
  function propose(panels) {
    for (const act of panels ? review.querySelectorAll("[data-act]:not([open], [data-typed])") : []) {
      const fresh = panels.content.getElementById(act.id);
      if (fresh) act.replaceWith(fresh);
    }
  }

  function differs(box) {
    if (!box || !template) return;
    let form = box.querySelector("form.differs");
    if (!form) {
      const part = template.content.cloneNode(true);
      form = part.querySelector("form");
      const [number, line] = box.dataset.box.split("-");
      form.elements.box.value = number;
      form.elements.line.value = line;
      for (const name of ["csrf_token", "seen"]) {
        form.elements[name].value = box.querySelector(`[name=${name}]`).value;
      }
      for (const field of form.querySelectorAll("[id]")) {
        const label = form.querySelector(`label[for="${field.id}"]`);
        field.id = field.id.replace("new", box.dataset.box);
        if (label) label.htmlFor = field.id;
      }
      box.querySelector("dd").append(form);
    }
    form.querySelector("select").focus();
  }

  function open(id) {
    const act = document.getElementById(id);
    if (!act) return false;
    act.open = true;
    act.scrollIntoView({ block: "center" });
    const first = [...act.querySelectorAll("input:not([type=hidden]), select, textarea, button, .confirm__body summary")];
    first.find((field) => field.checkVisibility())?.focus({ preventScroll: true });
    return true;
  }

  const marking = (finding) => {
    const form = here()?.querySelector("form[data-mark]:not(.differs)");
    if (form) send(form, finding, finding === "checked");
  };
  const scan = (act) => document.querySelector(`#scan [data-act=${act}]`)?.click();
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    c: () => marking("checked"),
    d: () => differs(here()),
    u: () => marking("none"),
    e: () => here()?.querySelector("[data-correct]")?.click(),
    "+": () => scan("larger"),
    "-": () => scan("smaller"),
    r: () => scan("turn"),
    "[": () => scan("previous"),
    "]": () => scan("next"),
    v: () => open("act-validate"),
    x: () => open("act-reject"),
    b: () => open("act-return"),
    a: () => open("act-ask"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest("form.differs")) {
      const box = event.target.closest("[data-box]");
      event.target.closest("form.differs").remove();
      goTo(box);
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || (keysOn && !keysOn.checked) || !keysOn) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
    const act = keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-mark]") || !event.submitter) return;
    event.preventDefault();
    send(form, event.submitter.value, event.submitter.value !== "none");
  });

  document.addEventListener("input", (event) => {
    const act = event.target.closest("[data-act]");
    if (act) act.dataset.typed = "yes";
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener && open(opener.dataset.open)) event.preventDefault();
    const link = event.target.closest("[data-differs-of]");
    if (link) {
      event.preventDefault();
      differs(link.closest("[data-box]"));
    }
  });

  // Ticking a box that is to be returned opens what has to be said about it.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(".returned") && event.target.open) {
      const tick = event.target.querySelector("[type=checkbox]");
      if (tick && !event.target.dataset.seen) tick.checked = true;
      event.target.dataset.seen = "yes";
    }
  }, true);
  for (const returned of document.querySelectorAll(".returned[open]")) returned.dataset.seen = "yes";

  if (keysOn) {
    keysOn.checked = localStorage.getItem(KEY) !== "off";
    keysOn.addEventListener("change", () => localStorage.setItem(KEY, keysOn.checked ? "on" : "off"));
  }
  const opened = review.querySelector("[data-act][open]");
  if (opened && !document.querySelector("[data-error-summary]")) opened.scrollIntoView({ block: "center" });
})();
