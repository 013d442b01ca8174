"use strict";
// Name, COL number and address of the customs office that is being chosen.

const choice = document.querySelector("select[name=point_of_entry]");

function showOffice() {
  const found = document.querySelector(`template[data-office="${CSS.escape(choice.value)}"]`);
  document.querySelector("[data-office-chosen]").replaceChildren(...(found ? [found.content.cloneNode(true)] : []));
}

choice?.addEventListener("change", showOffice);
