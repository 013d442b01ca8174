"use strict";
// Shows what happens to a licence while its page is open: asks now and then whether something did, as long as the page is
// seen, and puts the changed parts in place. What somebody types meanwhile is not touched.

const EVERY = 5_000;

function follow(page) {
  const parts = (root) => new Map([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));

  const isUsed = (part) =>
    part.contains(document.activeElement) ||
    part.querySelector("details[open]") !== null ||
    [...part.querySelectorAll("textarea, input[type=file]")].some((field) => field.value !== "");

  async function ask(address, accept) {
    const answer = await askedNow(address, { Accept: accept });
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

  keepAsking(async () => {
    const { mark } = await (await ask(page.dataset.follow, "application/json")).json();
    if (mark !== page.dataset.mark) await show(mark);
  }, EVERY);
}

for (const page of document.querySelectorAll("[data-follow]")) follow(page);
