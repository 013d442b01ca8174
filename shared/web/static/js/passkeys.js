"use strict";
// Forms that a passkey answers: asks the service what is to be signed, lets the browser sign it, and sends the form.
// Without this file, or in a browser that knows no passkeys, such a form stays hidden; codes work everywhere.

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const textOf = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }));

async function challengeFor(form) {
  const answer = await fetch(form.dataset.asks, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ csrf_token: form.elements.csrf_token.value }),
  });
  const read = await answer.json();
  if (!answer.ok) throw new Error(read.detail);
  return { ...read, challenge: bytesOf(read.challenge) };
}

async function create(asked) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...asked,
      user: { ...asked.user, id: bytesOf(asked.user.id) },
      excludeCredentials: known(asked.excludeCredentials),
    },
  });
  return answerOf(made, {
    attestationObject: textOf(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function get(asked) {
  const shown = await navigator.credentials.get({
    publicKey: { ...asked, allowCredentials: known(asked.allowCredentials) },
  });
  const { authenticatorData, signature, userHandle } = shown.response;
  return answerOf(shown, {
    authenticatorData: textOf(authenticatorData),
    signature: textOf(signature),
    userHandle: userHandle ? textOf(userHandle) : null,
  });
}

function answerOf(credential, response) {
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: { clientDataJSON: textOf(credential.response.clientDataJSON), ...response },
  };
}

async function sign(event) {
  event.preventDefault();
  const form = event.target;
  const problem = form.querySelector("[data-passkey-problem]");
  const button = form.querySelector("button");
  problem.hidden = true;
  button.disabled = true;
  try {
    const asked = await challengeFor(form);
    const answer = form.dataset.passkey === "create" ? await create(asked) : await get(asked);
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  } catch (failure) {
    // The browser's own messages (a DOMException: cancelled, timed out, none fits) are not meant for people.
    problem.textContent = failure instanceof DOMException ? form.dataset.failed : failure.message;
    problem.hidden = false;
    button.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", sign);
    form.hidden = false;
  }
  for (const words of document.querySelectorAll("[data-passkey-absent]")) words.hidden = true;
}
