/* The search field of every page: hits while typing, chosen with the arrows. HTMX fetches them, this shows and walks them. */
(() => {
  const field = document.querySelector("#search");
  const found = document.querySelector("#found");
  if (!field || !found) return;
  const LEAST = 3;
  const hits = () => [...found.querySelectorAll("[role=option]")];
  const chosen = () => found.querySelector("[aria-selected=true]");
  const isEnough = () => field.value.trim().length >= LEAST || /^#?\d+$/.test(field.value.trim());

  function show(on) {
    found.hidden = !on;
    field.setAttribute("aria-expanded", String(on));
    if (!on) choose(null);
  }
  function choose(hit) {
    hits().forEach((each) => each.setAttribute("aria-selected", String(each === hit)));
    if (hit) field.setAttribute("aria-activedescendant", hit.id);
    else field.removeAttribute("aria-activedescendant");
    hit?.scrollIntoView({ block: "nearest" });
  }
  function walk(step) {
    const all = hits();
    if (found.hidden || !all.length) return;
    const at = all.indexOf(chosen()) + step;
    choose(at < 0 ? null : all[Math.min(at, all.length - 1)]);
  }

  field.addEventListener("htmx:beforeRequest", (event) => {
    if (isEnough()) return;
    event.preventDefault();
    show(false);
  });
  field.addEventListener("input", () => { if (!field.value) show(false); });
  field.addEventListener("focus", () => { if (isEnough() && hits().length) show(true); });
  found.addEventListener("htmx:afterSwap", () => show(document.activeElement === field && isEnough()));
  field.addEventListener("keydown", (event) => {
    const hit = chosen();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Escape" && !found.hidden) show(false);
    else if (event.key === "Escape") { field.value = ""; field.blur(); }
    else if (event.key === "Enter" && hit && !found.hidden) hit.click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest("#find")) show(false); });
  field.form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !event.relatedTarget.closest("#find")) show(false);
  });
})();
