"use strict";
// Shows what happens to a licence while its page is open: asks now and then whether something did, as long as the page is
// seen, and puts the changed parts in place. What somebody types meanwhile is not touched.

const PAUSE = 5_000;
const LONGEST_PAUSE = 80_000;
const GIVE_UP_AFTER = 8_000;

function follow(page) {
  let pause = PAUSE;
  let timer = null;

  const parts = (root) => new Map([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));

  const isUsed = (part) =>
    part.contains(document.activeElement) ||
    part.querySelector("details[open]") !== null ||
    [...part.querySelectorAll("textarea, input[type=file]")].some((field) => field.value !== "");

  async function ask(address, accept) {
    const signal = AbortSignal.timeout(GIVE_UP_AFTER);
    const answer = await fetch(address, { headers: { Accept: accept }, cache: "no-store", signal });
    if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
    return answer;
  }

  async function show(mark) {
    const html = await (await ask(location.pathname, "text/html")).text();
    const fresh = parts(new DOMParser().parseFromString(html, "text/html"));
    const shown = parts(document);
    const used = [...shown.values()].some((part) => part.querySelector("form") && isUsed(part));
    page.querySelector("[data-changed]").hidden = !used;
    for (const [name, part] of shown) {
      const news = fresh.get(name);
      if (news && !(used && part.querySelector("form"))) part.replaceChildren(...news.childNodes);
    }
    page.dataset.mark = mark;
  }

  async function turn() {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      const { mark } = await (await ask(page.dataset.follow, "application/json")).json();
      if (mark !== page.dataset.mark) await show(mark);
      pause = PAUSE;
    } catch {
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
    timer = setTimeout(turn, pause);
  }

  document.addEventListener("visibilitychange", turn);
  timer = setTimeout(turn, PAUSE);
}

for (const page of document.querySelectorAll("[data-follow]")) follow(page);
