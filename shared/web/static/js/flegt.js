"use strict";
// Small comforts. Every page works without this file.

const MINUTE = 60_000;
const signedIn = document.body.hasAttribute("data-signed-in");

function askBeforeSending(event) {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
}

function sendOnlyOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
}

function warnBeforeLosingChanges() {
  let changed = false;
  for (const form of document.querySelectorAll("form[data-unsaved]")) {
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
  }
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

function closeMenus(event) {
  const leave = event.type === "click" || event.key === "Escape";
  if (!leave) return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (event.type === "click" && menu.contains(event.target)) continue;
    menu.open = false;
    if (event.key === "Escape") menu.querySelector("summary").focus();
  }
}

// The sign-in ends when nobody uses it; an open page that can be seen is use.
async function keepSignedIn() {
  const token = document.querySelector("input[name=csrf_token]")?.value;
  if (!token || document.visibilityState !== "visible") return;
  await fetch("/identity/session/refresh", { method: "POST", body: new URLSearchParams({ csrf_token: token }) });
}

async function showInboxCount() {
  const place = document.querySelector("[data-inbox-count]");
  if (!place || document.visibilityState !== "visible") return;
  const answer = await fetch("/notifications/api/v1/unread", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { unread } = await answer.json();
  place.hidden = !unread;
  place.textContent = unread > 99 ? "99+" : String(unread);
}

// Another service may be away for a while; the next round asks again.
function everyFewMinutes(task, minutes) {
  const tryIt = () => task().catch((problem) => console.info(problem.message));
  setInterval(tryIt, minutes * MINUTE);
  return tryIt;
}

document.addEventListener("submit", askBeforeSending);
document.addEventListener("submit", sendOnlyOnce);
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", closeMenus);
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
warnBeforeLosingChanges();
document.querySelector("[data-error-summary]")?.focus();
if (signedIn) {
  everyFewMinutes(keepSignedIn, 4);
  everyFewMinutes(showInboxCount, 1)();
}
