"use strict";
// Keeps the counts beside tabs up to date while the page can be seen. Without this file they are those of the last look.

const EVERY = 15_000;
const tabs = document.querySelector("[data-live-counts]");
const most = Number(tabs.dataset.most);
const shown = new Intl.NumberFormat(document.documentElement.lang);

const textOf = (count) => shown.format(count) + (count >= most ? "+" : "");

// Whoever reads the list is told that it has changed; it does not change under the hand.
function put(counts) {
  for (const place of tabs.querySelectorAll("[data-count]")) {
    const count = counts[place.dataset.count];
    if (count === undefined || place.textContent === textOf(count)) continue;
    place.textContent = textOf(count);
    if (place.dataset.count === tabs.dataset.here) document.querySelector("[data-list-changed]").hidden = false;
  }
}

keepAsking(async () => {
  const answer = await askedNow(tabs.dataset.liveCounts, { Accept: "application/json" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  put((await answer.json()).counts);
}, EVERY);
