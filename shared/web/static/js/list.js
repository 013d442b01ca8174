"use strict";
// Keeps a list up to date while others change it: asks for the same search again, now and then, as long as it is seen.
// What somebody types meanwhile is not touched. Without this file the list is as it was when the page was loaded.

const PAUSE = 10_000;
const LONGEST_PAUSE = 160_000;
const GIVE_UP_AFTER = 8_000;
const CHANGED = "row--changed";

function keepUpToDate(list) {
  const said = document.querySelector("[data-live-said]");
  let etag = null;
  let pause = PAUSE;
  let timer = null;

  function versions() {
    const rows = [...list.querySelectorAll("[data-row]")];
    return new Map(rows.map((row) => [row.dataset.row, row.dataset.version]));
  }

  function put(html) {
    const before = versions();
    const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    list.innerHTML = html;
    const after = versions();
    const differs = after.size !== before.size || [...after].some(([id, version]) => before.get(id) !== version);
    if (!differs) return;
    for (const row of list.querySelectorAll("[data-row]")) {
      row.classList.toggle(CHANGED, before.get(row.dataset.row) !== row.dataset.version);
    }
    if (focused) [...list.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
    said.textContent = list.dataset.changed;
  }

  async function ask() {
    const headers = { Accept: "application/json", ...(etag && { "If-None-Match": etag }) };
    const answer = await fetch(list.dataset.live + location.search, {
      headers,
      cache: "no-store",
      signal: AbortSignal.timeout(GIVE_UP_AFTER),
    });
    if (answer.status === 401 || answer.status === 403) return false;
    if (answer.status === 304) return true;
    if (!answer.ok) throw new Error(`${answer.status}`);
    etag = answer.headers.get("ETag");
    put((await answer.json()).html);
    return true;
  }

  async function turn() {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      if (!(await ask())) {
        said.textContent = list.dataset.stopped;
        return;
      }
      pause = PAUSE;
    } catch {
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
    timer = setTimeout(turn, pause);
  }

  document.addEventListener("visibilitychange", turn);
  timer = setTimeout(turn, PAUSE);
}

for (const list of document.querySelectorAll("[data-live]")) keepUpToDate(list);
