"use strict";
// Turns the pages of a scan into a viewer: one page at a time, larger and smaller, turned. Without it all pages stand
// below each other.
(() => {
  const LARGEST = 4;
  const STEP = 1.25;

  function view(viewer) {
    const sheets = [...viewer.querySelectorAll(".scan")];
    const links = [...viewer.querySelectorAll(".sheets__link")];
    const turns = sheets.map(() => 0);
    let page = 0;
    let zoom = 1;

    function picture() {
      return sheets[page].querySelector("img");
    }

    function load() {
      const image = picture();
      const wanted = new URL(zoom > 1.2 ? image.dataset.large : image.dataset.small, location.href);
      if (turns[page]) wanted.searchParams.set("turn", turns[page]);
      if (image.src !== wanted.href) image.src = wanted.href;
    }

    function show() {
      sheets.forEach((sheet, number) => { sheet.hidden = number !== page; });
      links.forEach((link, number) => {
        if (number === page) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      });
      viewer.querySelector("[data-viewer-page]").textContent = String(page + 1);
      viewer.querySelector("[data-act=previous]").disabled = page === 0;
      viewer.querySelector("[data-act=next]").disabled = page === sheets.length - 1;
      viewer.querySelector("[data-act=smaller]").disabled = zoom <= 1;
      viewer.querySelector("[data-act=larger]").disabled = zoom >= LARGEST;
      viewer.style.setProperty("--zoom", String(zoom));
      load();
    }

    function go(to) {
      page = Math.min(Math.max(to, 0), sheets.length - 1);
      show();
    }

    function enlarge(to) {
      zoom = Math.min(Math.max(to, 1), LARGEST);
      show();
    }

    const acts = {
      previous: () => go(page - 1),
      next: () => go(page + 1),
      smaller: () => enlarge(zoom / STEP),
      fit: () => enlarge(1),
      larger: () => enlarge(zoom * STEP),
      turn: () => {
        turns[page] = (turns[page] + 90) % 360;
        show();
      },
    };

    for (const sheet of sheets) {
      const image = sheet.querySelector("img");
      image.dataset.small = image.getAttribute("src");
      image.addEventListener("load", () => {
        image.width = image.naturalWidth;
        image.height = image.naturalHeight;
      });
    }
    viewer.addEventListener("click", (event) => {
      const act = event.target.closest("[data-act]")?.dataset.act;
      const link = links.indexOf(event.target.closest(".sheets__link"));
      if (act) acts[act]();
      if (link >= 0) {
        event.preventDefault();
        go(link);
      }
    });
    viewer.querySelector("[data-viewer-tools]").hidden = false;
    viewer.classList.add("viewer--live");
    show();
  }

  for (const viewer of document.querySelectorAll("[data-viewer]")) view(viewer);
})();
