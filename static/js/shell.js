/* The shell: theme, keys, key sheet, and a refresh that never moves the row under the pointer. */
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;
  const YEAR_SECONDS = 31536000;

  const keep = (name, value) => {
    document.cookie = `${name}=${value};path=/;max-age=${YEAR_SECONDS};samesite=lax`;
  };
  const keysOff = () => document.cookie.includes("regia_keys=off");

  const act = {
    theme() {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      keep("regia_theme", root.dataset.theme);
      localStorage.setItem("_x_adminTheme", JSON.stringify(root.dataset.theme)); // the administration follows
    },
    keys() { one("#keys")?.showModal(); },
    close(from) { from?.closest("dialog")?.close(); },
    dismiss() { one("#receipt")?.remove(); },
    reveal(from) { reveal(from.closest("[data-still]")); },
  };

  document.addEventListener("click", (event) => {
    const from = event.target.closest("[data-do]");
    if (from) act[from.dataset.do]?.(from);
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "single-keys") keep("regia_keys", event.target.checked ? "on" : "off");
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault(); // a double press sends once
    else if (form.method === "post") { form.dataset.sent = "1"; one("[type=submit]", form)?.setAttribute("aria-busy", "true"); }
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    one("[type=submit]", form)?.removeAttribute("aria-busy");
  }));

  /* keys: only outside fields, and they can be switched off on the key sheet */
  const current = () => one("[data-row].is-cur");
  function move(step) {
    const rows = all("[data-row]").filter((row) => row.offsetParent);
    if (!rows.length) return;
    const at = rows.indexOf(current());
    const to = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    rows.forEach((row) => row.classList.toggle("is-cur", row === to));
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  }
  const press = {
    "/": () => one("#search")?.focus(),
    "?": act.keys,
    j: () => move(1),
    k: () => move(-1),
    r: () => one("[data-do=reveal]:not([hidden])")?.click(),
    Enter: () => one("[data-main]", current() || document.createElement("i"))?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && one("#search")) { event.preventDefault(); one("#search").select(); }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog, summary")) return;
    if (event.key === "Enter" && event.target.closest("a, button")) return;
    if (keysOff() && event.key !== "Enter") return;
    if (!press[event.key]) return;
    event.preventDefault();
    press[event.key]();
  });

  /* refresh: a part marked data-still keeps its rows while the pointer or the focus is on it */
  const busy = (part) => part.matches(":hover") || part.contains(document.activeElement);
  const ids = (part) => all("[data-row]", part).map((row) => row.id).join();
  function reveal(part) {
    if (part?.pending) part.replaceWith(part.pending);
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target;
    if (part.id !== "receipt" && one(":active", part)) { event.detail.shouldSwap = false; return; } // a press under way reaches its button
    const fresh = one(`#${part.id}`, event.detail.fragment) || event.detail.fragment.firstElementChild;
    if (!part.hasAttribute("data-still") || !fresh || ids(part) === ids(fresh) || !busy(part)) return;
    event.detail.shouldSwap = false;
    part.pending = fresh.cloneNode(true);
    part.pending.removeAttribute("hx-swap-oob");
    const more = one("[data-do=reveal]", part);
    if (more) more.hidden = false;
  });
  document.addEventListener("htmx:responseError", () => { const note = one("#stale"); if (note) note.hidden = false; });
  document.addEventListener("htmx:sendError", () => { const note = one("#stale"); if (note) note.hidden = false; });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) { const note = one("#stale"); if (note) note.hidden = true; }
    if (event.detail.xhr?.status === 403 || event.detail.xhr?.responseURL?.includes("/accounts/login")) location.reload();
  });
})();
