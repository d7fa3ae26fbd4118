/* Tracking numbers one after the other: Enter sends the number and goes to the next field at once, the answer comes into its own row. */
(() => {
  const isOurs = (event) => event.detail.elt.matches("form[data-number-form]");
  const fieldOf = (form) => form.elements.number;
  const lost = document.getElementById("numbers-lost");

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isOurs(event)) return;
    const field = fieldOf(event.detail.elt), all = [...document.querySelectorAll("[data-number]:not([readonly])")];
    const next = all[all.indexOf(field) + 1];
    field.readOnly = true; // it is on its way; what is typed now belongs to the next one
    if (next) { next.focus(); next.select(); }
    lost.hidden = true;
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (!isOurs(event)) return;
      const field = fieldOf(event.detail.elt);
      field.readOnly = false;
      field.setAttribute("aria-invalid", "true");
      lost.hidden = false;
    });
  }
})();
