"use strict";
// Keeps a list up to date while others change it: asks for the same search again, now and then, as long as it is seen.
// What somebody types meanwhile is not touched. Without this file the list is as it was when the page was loaded.

const EVERY = 10_000;
const CHANGED = "row--changed";

function keepUpToDate(list) {
  const said = document.querySelector("[data-live-said]");
  let etag = null;

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
    const answer = await askedNow(list.dataset.live + location.search, headers);
    if (answer.status === 401 || answer.status === 403) {
      said.textContent = list.dataset.stopped;
      return false;
    }
    if (answer.status === 304) return true;
    if (!answer.ok) throw new Error(`${answer.status}`);
    etag = answer.headers.get("ETag");
    put((await answer.json()).html);
    return true;
  }

  keepAsking(ask, EVERY);
}

for (const list of document.querySelectorAll("[data-live]")) keepUpToDate(list);
