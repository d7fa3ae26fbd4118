/* A search field with a list below it (ARIA combobox): the server finds, Enter takes the first, a scanner's Enter waits for the answer. */
window.regia = window.regia || {};
window.regia.combobox = (input, list, { url, take }) => {
  const PAUSE_MS = 120;
  let asked = "";
  let shown = "";
  let waiting = false;
  let timer = 0;
  let call = null;

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function choose(option) {
    options().forEach((each) => each.setAttribute("aria-selected", each === option));
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }
  function open(isOpen) {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", isOpen);
    if (isOpen) list.scrollIntoView({ block: "nearest" });
    else choose(null);
  }
  function close() {
    clearTimeout(timer);
    call?.abort();
    asked = shown = "";
    waiting = false;
    open(false);
  }
  function pick(option) {
    if (!option) return;
    close();
    take(option);
  }
  async function ask(text) {
    call?.abort();
    call = new AbortController();
    asked = text;
    try {
      const answer = await fetch(`${url}?q=${encodeURIComponent(text)}`, { signal: call.signal, headers: { "X-Requested-With": "fetch" } });
      if (answer.redirected) { waiting = false; input.dispatchEvent(new CustomEvent("session-over", { bubbles: true })); return; }
      if (!answer.ok) throw new Error(answer.status);
      const html = await answer.text();
      if (asked !== text) return;
      list.innerHTML = html;
      shown = text;
      open(list.childElementCount > 0);
      choose(options()[0]);
      if (waiting) { waiting = false; pick(options()[0]); }
    } catch (problem) {
      if (problem.name === "AbortError") return; // asked anew: the Enter waits for that answer
      waiting = false;
      input.dispatchEvent(new CustomEvent("connection-lost", { bubbles: true }));
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    const text = input.value.trim();
    waiting = false;
    if (!text) { close(); return; }
    timer = setTimeout(() => ask(text), PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden || !all.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      const text = input.value.trim();
      if (!text) return;
      event.preventDefault();
      event.stopPropagation();
      if (!list.hidden && shown === text) { pick(chosen() || all[0]); return; }
      waiting = true;
      clearTimeout(timer);
      ask(text);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
  input.addEventListener("blur", () => setTimeout(() => { if (!waiting) open(false); }, 150));
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    pick(event.target.closest("[role=option]:not([aria-disabled])"));
  });
  return { close };
};
