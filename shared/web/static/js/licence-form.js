"use strict";
// The form of a licence: saves by itself, fills in what follows from Box 1, looks into the tree of codes while one types.

const form = document.querySelector("form[data-autosave]");
const status = document.querySelector("[data-saved]");
const PAUSE = 1_500;
const AGAIN = 5_000;
let waiting = 0;
let saving = null;
let dirty = false;
let over = false;
const touched = new Set();

const field = (name) => form.querySelector(`[name="${CSS.escape(name)}"]`);
const said = (word, values = {}) => status.dataset[word].replace(/\{(\w+)\}/g, (_all, name) => values[name]);

function tell(word, trouble = false) {
  const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  status.textContent = said(word, { time });
  status.toggleAttribute("data-trouble", trouble);
}

// Saving

function typedText() {
  const typed = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") typed.append(name, value);
  typed.delete("codes");
  return typed;
}

function soon(pause = PAUSE) {
  clearTimeout(waiting);
  if (!over) waiting = setTimeout(save, pause);
}

function save(keepalive = false) {
  clearTimeout(waiting);
  if (saving || !dirty || over) return saving;
  saving = send(keepalive).finally(() => {
    saving = null;
    if (dirty) soon(AGAIN);
  });
  return saving;
}

async function send(keepalive) {
  dirty = false;
  tell("saving");
  let answer;
  try {
    answer = await fetch(form.dataset.autosave, { method: "POST", body: typedText(), headers: { Accept: "application/json" }, keepalive });
  } catch {
    dirty = true;
    tell("offline", true);
    return;
  }
  if (answer.status === 412) {
    over = true;
    tell("conflict", true);
  } else if (answer.redirected || answer.status === 401 || answer.status === 403) {
    dirty = true;
    tell("signedOut", true);
  } else if (answer.ok || answer.status === 422) {
    show(await answer.json(), answer.ok);
  } else {
    dirty = true;
    tell("offline", true);
  }
}

function show({ version, errors, states }, kept) {
  if (kept) form.elements.version.value = version;
  tell(kept ? (Object.keys(errors).length ? "partly" : "done") : "refused", !kept);
  const words = JSON.parse(status.dataset.words);
  for (const link of document.querySelectorAll("a[data-box]")) {
    const state = states[link.dataset.box];
    if (link.dataset.state === "wrong" && state !== "wrong" && !kept) continue;
    link.dataset.state = state;
    link.querySelector("[data-state-word]").textContent = words[state];
  }
  for (const name of touched) if (!errors[name]) unmark(name);
  for (const [name, messages] of Object.entries(errors)) mark(name, messages);
}

function unmark(name) {
  const input = field(name);
  document.getElementById(`f-${name}-error`)?.remove();
  input?.closest(".field")?.classList.remove("field--wrong");
  input?.removeAttribute("aria-invalid");
  touched.delete(name);
}

function mark(name, messages) {
  const input = field(name);
  if (!input || input === document.activeElement) return;
  unmark(name);
  const error = document.createElement("p");
  error.className = "field__error";
  error.id = `f-${name}-error`;
  error.textContent = messages.join(" ");
  const beside = input.closest(".field__with-suffix") ?? input;
  beside.before(error);
  input.closest(".field").classList.add("field--wrong");
  input.setAttribute("aria-invalid", "true");
  const described = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error.id);
  input.setAttribute("aria-describedby", [...described, error.id].join(" "));
  touched.add(name);
}

function noteTyping(event) {
  const name = event.target.name;
  if (!name || event.target.type === "file" || name === "codes" || name === "add_code") return;
  touched.add(name);
  dirty = true;
  soon();
}

// A button must not overtake what is just being saved: both would be the next version.
function sendInTurn(event) {
  clearTimeout(waiting);
  if (!saving) {
    dirty = false;
    over = true;
    return;
  }
  event.preventDefault();
  saving.then(() => form.requestSubmit(event.submitter));
}

// Box 1, and what follows from it

function issuer(name) {
  const wanted = name.trim().toLowerCase();
  return [...document.querySelectorAll("#authorities option")].find((option) => option.value.toLowerCase() === wanted);
}

function fillAuthority() {
  const found = issuer(field("boxes.issuing_authority.name").value);
  if (!found) return;
  const address = field("boxes.issuing_authority.address");
  const country = field("boxes.issuing_authority.country");
  const exported = field("boxes.country_of_export");
  const filled = [...document.querySelectorAll("#authorities option")].some((option) => option.dataset.address === address.value);
  if (!address.value.trim() || filled) address.value = found.dataset.address;
  if (!exported.value || exported.value === country.value) exported.value = found.dataset.country;
  country.value = found.dataset.country;
  hintNumber();
}

function fillCountry(event) {
  const exported = field("boxes.country_of_export");
  if (!exported.value) exported.value = event.target.value;
  hintNumber();
}

// Box 3

function normalised(number) {
  return number.replace(/\s+/g, "").toUpperCase().replace(/[‐‑‒–—−]/g, "-").replace(/^V-?LEGAL[:.-]*/, "");
}

function hintNumber() {
  const box = form.querySelector("[data-number-formats]");
  const hint = box.querySelector("[data-number-hint]");
  const number = normalised(field("boxes.licence_number").value);
  const known = JSON.parse(box.dataset.numberFormats)[field("boxes.issuing_authority.country").value];
  const fits = known && new RegExp(known.pattern).test(number);
  hint.toggleAttribute("data-differs", Boolean(number && known && !fits));
  const kept = number === field("boxes.licence_number").value.trim() ? "" : box.dataset.kept.replace("{number}", number);
  if (!number) hint.textContent = known ? "" : box.dataset.free;
  else if (known && !fits) hint.textContent = box.dataset.differs.replace("{example}", known.human);
  else hint.textContent = known ? `${box.dataset.fits} ${kept}` : kept;
}

// Boxes 12 and 13: the names of the countries whose codes are typed

function nameCountries() {
  const names = new Map([...field("boxes.licensee.country").options].map((option) => [option.value, option.text.replace(/ \(..\)$/, "")]));
  for (const place of form.querySelectorAll("[data-countries]")) {
    const help = place.querySelector(".field__help");
    place.dataset.help ??= help.textContent;
    const codes = place.querySelector("input").value.toUpperCase().split(/[;,\s]+/).filter(Boolean);
    help.textContent = codes.length ? codes.map((code) => names.get(code) ?? `${code}?`).join(", ") : place.dataset.help;
  }
}

// The tree of codes

function filterGoods() {
  const words = field("add_code").value.toLowerCase().split(/\s+/).filter(Boolean);
  const tree = form.querySelector("[data-goods]");
  if (words.length) form.querySelector("[data-goods-all]").open = true;
  for (const item of tree.querySelectorAll("li")) {
    const ticked = item.querySelector("input").checked;
    item.hidden = !ticked && !words.every((word) => item.dataset.text.includes(word));
  }
  for (const branch of tree.querySelectorAll("details")) {
    branch.hidden = !branch.querySelector("li:not([hidden])");
    branch.open = words.length > 0 && !branch.hidden;
  }
  tree.querySelector("[data-goods-none]").hidden = Boolean(tree.querySelector("li:not([hidden])"));
}

function start() {
  form.addEventListener("input", noteTyping);
  form.addEventListener("submit", sendInTurn);
  form.addEventListener("focusout", () => { if (dirty && !saving) soon(400); });
  field("boxes.issuing_authority.name").addEventListener("input", fillAuthority);
  field("boxes.issuing_authority.country").addEventListener("input", fillCountry);
  field("boxes.licence_number").addEventListener("input", hintNumber);
  form.addEventListener("input", (event) => { if (event.target.closest("[data-countries]")) nameCountries(); });
  if (form.querySelector("[data-goods]")) field("add_code").addEventListener("input", filterGoods);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });
  window.addEventListener("online", () => soon(0));
  window.addEventListener("pageshow", () => { if (!saving) over = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!dirty || over) return;
    save(true);
    event.preventDefault();
  });
  nameCountries();
  if (field("boxes.licence_number").value) hintNumber();
}

if (form) start();
