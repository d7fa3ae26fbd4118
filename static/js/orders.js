/* The desk's list: choosing rows, deeds on them, the preview beside the list, and its keys. Rows never move by themselves. */
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const desk = one("#desk"), ask = one("#ask");
  if (!desk) return;
  const PREVIEW_PAUSE_MS = 90, RECEIPT_MS = 12000, WIDE = matchMedia("(min-width: 75rem)");
  const chosen = new Map(); // key of an order -> [cents, currency]
  let previewed = "", anchor = "", previewTimer, receiptTimer, isBusy = false;

  const rows = () => all("#list [data-row]");
  const current = () => one("#list [data-row].is-cur");
  const worth = (row) => [Number(row.dataset.cents), row.dataset.currency || "EUR"];

  /* choosing: kept by key, so that a fresh list, the next page and a deed leave it as it is */
  function show() {
    for (const row of rows()) {
      const isOn = chosen.has(row.dataset.row);
      row.classList.toggle("is-on", isOn);
      one("input", row).checked = isOn;
    }
    const every = one("#every"), bulk = one("#bulk");
    if (every) {
      every.checked = chosen.size > 0 && rows().every((row) => chosen.has(row.dataset.row));
      every.indeterminate = chosen.size > 0 && !every.checked;
    }
    bulk.hidden = chosen.size === 0;
    one("[data-n]", bulk).textContent = chosen.size;
    one("[data-sum]", bulk).textContent = sum();
  }
  function sum() {
    const totals = {};
    for (const [cents, currency] of chosen.values()) totals[currency] = (totals[currency] || 0) + cents;
    const said = Object.entries(totals).map(([currency, cents]) =>
      new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency, useGrouping: "always" }).format(cents / 100));
    return said.length ? "· " + said.join(", ") : "";
  }
  function choose(row, isOn) {
    if (isOn) chosen.set(row.dataset.row, worth(row));
    else chosen.delete(row.dataset.row);
    anchor = row.dataset.row;
  }
  function chooseTo(row, isOn) {
    const list = rows(), from = list.findIndex((each) => each.dataset.row === anchor), to = list.indexOf(row);
    if (from < 0) return choose(row, isOn);
    for (const each of list.slice(Math.min(from, to), Math.max(from, to) + 1)) choose(each, isOn);
  }
  async function chooseAll() {
    const answer = await fetch(desk.dataset.chosen + desk.dataset.query, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const told = await answer.json();
    const isChosen = told.orders.every(([key]) => chosen.has(String(key)));
    chosen.clear();
    if (!isChosen) for (const [key, cents, currency] of told.orders) chosen.set(String(key), [cents, currency]);
    one("[data-limit]").hidden = isChosen || told.is_all;
    show();
  }

  /* the cursor and the preview */
  function point(row, isFocused = true) {
    if (!row) return;
    rows().forEach((each) => each.classList.toggle("is-cur", each === row));
    if (isFocused) { row.focus({ preventScroll: true }); row.scrollIntoView({ block: "nearest" }); }
    preview(row);
  }
  function step(by) {
    const list = rows(), at = list.indexOf(current());
    point(list[Math.max(0, Math.min(list.length - 1, at + by))]);
  }
  function preview(row) {
    if (!WIDE.matches || row.dataset.row === previewed) return;
    clearTimeout(previewTimer);
    previewTimer = setTimeout(() => { previewed = row.dataset.row; look(); }, PREVIEW_PAUSE_MS);
  }
  function look() {
    if (!previewed) return;
    htmx.ajax("GET", desk.dataset.side.replace("/0/", `/${previewed}/`), { source: "#side", target: "#side", swap: "innerHTML" });
  }
  function place() {
    const list = rows(), at = list.findIndex((row) => row.dataset.row === previewed) + 1, said = one("#side [data-place]");
    const total = one("#list").dataset.count || list.length;
    if (said && at) said.textContent = desk.dataset.place.replace("#", at).replace("#", total);
    one("#side").removeAttribute("aria-busy");
  }

  /* deeds: on what is chosen, else on the row at the cursor */
  function orders(from) {
    if (from?.dataset.order) return from.dataset.order;
    return chosen.size ? [...chosen.keys()].join() : current()?.dataset.row || "";
  }
  function open(method, url, values) {
    return htmx.ajax(method, url, { source: desk, target: "#ask", swap: "innerHTML", values }).then(() => {
      if (!ask.childElementCount) return;
      if (!ask.open) ask.showModal();
      one("[autofocus], .btns button, input:not([type=hidden])", ask)?.focus();
    });
  }
  async function act(from) {
    const names = orders(from), code = from.dataset.act;
    if (!names || isBusy) return;
    const values = { orders: names, query: desk.dataset.query, token: one("#token").dataset.token };
    if ("asks" in from.dataset) return open("POST", desk.dataset.forms.replace("/x/", `/${code}/`), values);
    isBusy = true;
    from.setAttribute("aria-busy", "true");
    try {
      await htmx.ajax("POST", desk.dataset.deeds.replace("/x/", `/${code}/`), { source: desk, swap: "none", values });
    } finally {
      isBusy = false;
      from.removeAttribute("aria-busy");
    }
  }
  function hush() { const receipt = one("#receipt"); receipt.hidden = true; receipt.replaceChildren(); }

  const deeds = {
    none() { chosen.clear(); one("[data-limit]").hidden = true; show(); },
    only(from) {
      const keys = new Set(from.dataset.orders.split(","));
      for (const key of [...chosen.keys()]) if (!keys.has(key)) chosen.delete(key);
      for (const row of rows()) if (keys.has(row.dataset.row)) chosen.set(row.dataset.row, worth(row));
      show();
    },
    fresh() { htmx.ajax("GET", desk.dataset.rows + desk.dataset.query, { source: desk, swap: "none" }); },
    filter() { open("GET", desk.dataset.filter + desk.dataset.query, {}); },
    before() { step(-1); },
    after() { step(1); },
    hush,
  };
  document.addEventListener("click", (event) => {
    const from = event.target.closest("[data-do], [data-act]");
    if (from?.dataset.act) return act(from);
    if (from && deeds[from.dataset.do]) return deeds[from.dataset.do](from);
    const row = event.target.closest("#list [data-row]");
    if (!row) return;
    const box = event.target.closest("input");
    if (box) {
      event.shiftKey ? chooseTo(row, box.checked) : choose(row, box.checked);
      point(row, false);
      show();
    } else if (!event.target.closest("a, button, label")) {
      WIDE.matches ? point(row) : one("[data-main]", row)?.click();
    }
  });
  document.addEventListener("change", (event) => { if (event.target.id === "every") chooseAll(); });
  document.addEventListener("focusin", (event) => { if (event.target.matches("#list [data-row]")) preview(event.target); });

  const button = (code) => one(`#bulk [data-act=${code}]`);
  const press = {
    x() { const row = current() || rows()[0]; if (row) { choose(row, !chosen.has(row.dataset.row)); point(row); show(); } },
    a: chooseAll,
    h: () => button("hold") && act(button("hold")),
    t: () => button("tag") && act(button("tag")),
    p: () => button("print") && act(button("print")),
    u: () => one("#receipt [data-undo]")?.click(),
    r: () => one("[data-do=fresh]")?.click(),
    e: () => { const row = current(); if (row && desk.dataset.edit) location.assign(desk.dataset.edit.replace("/0/", `/${row.dataset.row}/`)); },
    n: deeds.after,
    b: deeds.before,
    f: deeds.filter,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.cookie.includes("regia_keys=off")) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog, summary")) return;
    const key = event.key.toLowerCase();
    if (/^[1-8]$/.test(key)) one(`#queues a:nth-of-type(${key})`)?.click();
    else if (press[key]) { event.preventDefault(); press[key](); }
  });

  /* after each swap: what was chosen is chosen, the cursor stands where it stood, what a deed changed is shown anew */
  let stoodAt = 0;
  function settle() {
    show();
    const list = rows();
    if (!list.length || current()) return;
    const row = list.find((each) => each.dataset.row === previewed) || list[Math.min(stoodAt, list.length - 1)];
    list.forEach((each) => each.classList.toggle("is-cur", each === row));
    if (document.activeElement === document.body && !ask.open) row.focus({ preventScroll: true });
    else preview(row);
  }
  document.addEventListener("htmx:beforeSwap", () => { stoodAt = Math.max(rows().indexOf(current()), 0); });
  document.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "side") place(); });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.detail.elt.closest("#ask")) return;
    event.detail.requestConfig.triggeringEvent?.submitter?.setAttribute("aria-busy", "true");
    all("button", ask).forEach((each) => { each.disabled = true; });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) { all("button", ask).forEach((each) => { each.disabled = false; each.removeAttribute("aria-busy"); }); return; }
    const from = event.detail.elt;
    if (from.closest("#ask")) ask.close();
    if (from.id !== "side") settle();
    const { verb, path } = event.detail.requestConfig || {};
    if (verb === "post" && !path.includes("/ask/")) look();
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.target.id !== "receipt") return;
    clearTimeout(receiptTimer);
    const wait = () => { receiptTimer = setTimeout(() => (one("#receipt:is(:hover, :focus-within)") ? wait() : hush()), RECEIPT_MS); };
    if (!one("#receipt [data-do=only]")) wait(); // what was refused stays until it is read
  });
  /* the queue goes along to the page of an order, for its next and previous; coming back, the cursor stands on the order last looked at */
  addEventListener("pagehide", () => {
    const list = location.pathname + desk.dataset.query, keys = rows().map((row) => row.dataset.row);
    sessionStorage.setItem("regia_queue", JSON.stringify({ list, keys, last: current()?.dataset.row || "" }));
  });
  const before = JSON.parse(sessionStorage.getItem("regia_queue") || "{}");
  const last = before.list === location.pathname + desk.dataset.query && rows().find((row) => row.dataset.row === before.last);
  show();
  const first = last || rows()[0];
  if (first) point(first, Boolean(last));
})();
