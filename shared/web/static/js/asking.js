"use strict";
// Asks again now and then, as long as the page can be seen: less and less often while there is no answer, and no more
// once `ask` says false. For scripts that keep a page up to date; their pages load this file before them.

const SLOWEST = 16;
const GIVE_UP_AFTER = 8_000;

function keepAsking(ask, usual) {
  let pause = usual;
  let timer = null;

  async function turn() {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      if ((await ask()) === false) return;
      pause = usual;
    } catch (problem) {
      console.info(problem.message);
      pause = Math.min(pause * 2, usual * SLOWEST);
    }
    clearTimeout(timer);
    timer = setTimeout(turn, pause);
  }

  document.addEventListener("visibilitychange", turn);
  timer = setTimeout(turn, usual);
}

// What stands at an address now, or an error within seconds. An answer that is no success is for the caller to judge.
function askedNow(address, headers) {
  return fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(GIVE_UP_AFTER) });
}
