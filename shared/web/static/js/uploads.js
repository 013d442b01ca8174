"use strict";
// Sends files as soon as they are chosen and shows how far they are. Without it they are sent with the form.
(() => {
  const SHOW_AFTER = 100_000; // bytes: smaller files are there before anybody could read how far they are

  function worded(sentence, file) {
    return sentence.replace("{name}", file.name);
  }

  function send(part, file, token, whileSending) {
    const body = new FormData();
    body.append("csrf_token", token);
    body.append("box", part.dataset.box);
    body.append("file", file);
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", part.dataset.upload);
      request.setRequestHeader("Accept", "text/html");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) whileSending(event.loaded / event.total);
      });
      request.addEventListener("load", () => {
        if ([200, 422, 503].includes(request.status)) resolve(request.responseText);
        else reject(new Error(`status ${request.status}`));
      });
      request.addEventListener("error", () => reject(new Error("not sent")));
      request.send(body);
    });
  }

  // The part as the server now has it, in place of the old one; gives back what it says is wrong.
  function replace(part, html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(part.id);
    if (!fresh) throw new Error("no such part");
    const wrong = [...fresh.querySelectorAll(".field__error")].map((error) => error.textContent.trim());
    part.replaceWith(fresh);
    return [fresh, wrong];
  }

  function showProgress(part) {
    const place = document.createElement("p");
    place.className = "files__progress";
    place.setAttribute("role", "status");
    const words = document.createElement("span");
    const bar = document.createElement("progress");
    bar.max = 1;
    place.append(words, bar);
    part.append(place);
    return { place, words, bar };
  }

  function showErrors(part, wrong) {
    part.querySelector(".field__error")?.remove();
    if (!wrong.length) return;
    const input = part.querySelector("input[type=file]");
    const error = document.createElement("p");
    error.className = "field__error";
    error.id = `${input.id}-error`;
    error.setAttribute("role", "alert");
    wrong.forEach((sentence, number) => {
      if (number) error.append(document.createElement("br"));
      error.append(sentence);
    });
    input.before(error);
    input.closest(".field").classList.add("field--wrong");
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${input.id}-help ${error.id}`);
  }

  // Gives back whether all of them are there now.
  async function sendAll(part) {
    const input = part.querySelector("input[type=file]");
    const files = [...input.files];
    const token = input.form.querySelector("input[name=csrf_token]").value;
    const wrong = [];
    let added = "";
    for (const file of files) {
      if (file.size > Number(part.dataset.largest)) {
        wrong.push(worded(part.dataset.tooLarge, file));
        continue;
      }
      part.querySelector("input[type=file]").disabled = true;
      const { place, words, bar } = showProgress(part);
      words.textContent = worded(part.dataset.sending, file);
      bar.hidden = file.size < SHOW_AFTER;
      try {
        const html = await send(part, file, token, (share) => { bar.value = share; });
        const [fresh, found] = replace(part, html);
        part = fresh;
        wrong.push(...found);
        if (!found.length) added = worded(part.dataset.added, file);
      } catch (problem) {
        console.info(problem.message);
        place.remove();
        wrong.push(worded(part.dataset.failed, file));
      }
    }
    const ready = part.querySelector("input[type=file]");
    ready.disabled = false;
    ready.value = "";
    showErrors(part, wrong);
    if (added) {
      const { words, bar } = showProgress(part);
      words.textContent = added;
      bar.remove();
    }
    return !wrong.length;
  }

  // Sending the form would break off what is under way: it waits, and goes on when every file is there.
  const underWay = new Set();

  function waitForFiles(event) {
    if (!underWay.size) return;
    event.preventDefault();
    const { target: form, submitter } = event;
    const name = submitter?.value;
    Promise.all(underWay).then((outcomes) => {
      if (!outcomes.every(Boolean)) return;
      const buttons = [...form.querySelectorAll("button[type=submit]")];
      form.requestSubmit(buttons.includes(submitter) ? submitter : buttons.find((button) => button.value === name));
    });
  }

  // At the document, because parts are replaced; before the form's own listener, because nothing is left unsaved.
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-upload] input[type=file]")) event.stopPropagation();
  }, true);
  document.addEventListener("submit", waitForFiles, true);
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-upload] input[type=file]") || !event.target.files.length) return;
    const sending = sendAll(event.target.closest("[data-upload]"));
    underWay.add(sending);
    sending.finally(() => underWay.delete(sending));
  });
})();
