"use strict";
// Says beside each service whether it is ready. Without this the links lead to the same answer.

const GIVE_UP_AFTER = 5_000;

async function showHealth(place) {
  const { health, ready, troubled, away } = place.dataset;
  const say = (text, tone) => {
    const badge = document.createElement("span");
    badge.className = `badge badge--${tone}`;
    badge.textContent = text;
    place.append(" ", badge);
  };
  try {
    const answer = await fetch(health, { signal: AbortSignal.timeout(GIVE_UP_AFTER) });
    if (answer.ok) say(ready, "good");
    else say(troubled, "bad");
  } catch {
    say(away, "bad");
  }
}

for (const place of document.querySelectorAll("[data-health]")) showHealth(place);
