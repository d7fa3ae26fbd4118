/* Lists with a form around them: choose rows by mouse or keys, the bar with the deeds shows how many are chosen. */
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const list = one("#list"), bar = one("#bulk"), every = one("#every");
  const keysOff = () => document.cookie.includes("regia_keys=off");
  const boxes = () => all("input[name=chosen]", list || document.createElement("i"));

  function show() {
    if (!bar) return;
    const chosen = boxes().filter((box) => box.checked);
    boxes().forEach((box) => box.closest("tr").classList.toggle("is-on", box.checked));
    bar.hidden = !chosen.length;
    one("[data-n]", bar).textContent = chosen.length;
    every.checked = chosen.length > 0 && chosen.length === boxes().length;
    every.indeterminate = chosen.length > 0 && !every.checked;
  }
  function choose(on) {
    boxes().forEach((box) => { box.checked = on; });
    show();
  }
  function toggle() {
    const box = one(".is-cur input[name=chosen]", list || document.createElement("i"));
    if (!box) return;
    box.checked = !box.checked;
    show();
  }
  document.addEventListener("change", (event) => {
    if (event.target.id === "every") choose(event.target.checked);
    else if (event.target.name === "chosen") show();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-do=none]")) choose(false); });
  addEventListener("pageshow", show);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keysOff()) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog, summary")) return;
    const key = event.key.toLowerCase();
    if (key === "x") toggle();
    else if (key === "a") choose(boxes().some((box) => !box.checked));
    else if (key === "u" && one("[data-undo]")) one("[data-undo]").click();
    else if (/^[1-9]$/.test(key) && one(`[data-queue="${key}"]`)) one(`[data-queue="${key}"]`).click();
    else if (bar && !bar.hidden && one(`[data-key="${CSS.escape(key)}"]`, bar)) one(`[data-key="${CSS.escape(key)}"]`, bar).click();
    else return;
    event.preventDefault();
  });
})();
