/* Nuovo ordine: lines by keyboard, a draft that stays in the browser, prices and shortages told by the server, one confirmation. */
(() => {
  const form = document.getElementById("sale");
  if (!form) return;
  const el = (id) => document.getElementById(id);
  const all = (selector, root = form) => [...root.querySelectorAll(selector)];
  const say = form.dataset;
  const rows = el("rows");
  const PAUSE_MS = 150;
  const fresh = () => ({ key: crypto.randomUUID?.() || form.dataset.key, party: null, isNew: false, shortages: false, next: 1 });
  let state = fresh();
  let timer = 0;
  let asked = 0;
  let isSending = false;

  const kind = () => form.elements.kind.value;
  const lineRows = () => all("[data-line]", rows);

  /* what is typed, as the server reads it */
  function told() {
    const fields = Object.fromEntries(all("input[name], select[name]").filter((each) => each.type !== "radio" && each.name !== "csrfmiddlewaretoken")
      .map((each) => [each.name, each.type === "checkbox" ? each.checked : each.value]));
    const address = Number(el("address").value) || null;
    return {
      ...fields, key: state.key, kind: kind(), party: state.party?.id ?? null, is_new: state.isNew, address,
      lines: lineRows().map((row) => ({ place: row.dataset.line, id: Number(row.dataset.id), quantity: value(row, "[data-quantity]"), price: value(row, "[data-price]") })),
    };
  }
  function value(row, selector) {
    const field = row.querySelector(selector);
    return field.value ?? "";
  }

  /* the draft */
  function keep() {
    const lines = lineRows().map((row) => ({ ...row.article, quantity: value(row, "[data-quantity]"), price: value(row, "[data-price]") || row.article.price }));
    localStorage.setItem(say.draft, JSON.stringify({ ...told(), state, lines, customer: el("customer").value }));
    el("draft-saved").textContent = `${say.saySaved} ${new Date().toLocaleTimeString(document.documentElement.lang)}`;
    el("start-anew").hidden = false;
  }
  function restore() {
    let draft = null;
    try { draft = JSON.parse(localStorage.getItem(say.draft)); } catch { return; }
    if (!draft?.state) return;
    state = { ...fresh(), ...draft.state, key: draft.key, next: 1 };
    form.elements.kind.value = draft.kind;
    all("input[name], select[name]").forEach((each) => {
      if (!(each.name in draft) || each.type === "radio" || each.name === "csrfmiddlewaretoken") return;
      if (each.type === "checkbox") each.checked = draft[each.name];
      else each.value = draft[each.name];
    });
    el("customer").value = draft.customer || "";
    draft.lines.forEach((line) => addRow(line, line.quantity));
    if (state.party) knowCustomer(state.party.url, draft.address);
    el("draft-saved").textContent = say.sayRestored;
    el("start-anew").hidden = false;
    show();
    look();
  }
  function startAnew() {
    localStorage.removeItem(say.draft);
    location.reload();
  }

  /* what is shown for which kind of sale */
  function show() {
    const isPhone = kind() === "phone";
    all("[data-for=phone]").forEach((each) => {
      if (each.tagName === "OPTION") { each.hidden = each.disabled = !isPhone; return; }
      each.hidden = !isPhone;
    });
    const select = el("payment");
    if (select.selectedOptions[0]?.disabled) select.value = "card";
    el("address-field").hidden = !(isPhone && state.party?.addresses?.length);
    el("new-customer").hidden = !state.isNew;
    el("new-address").hidden = !(isPhone && (state.isNew || state.party) && !Number(el("address").value));
    el("wait-field").hidden = !(isPhone && state.shortages);
    el("next-place").textContent = lineRows().length + 1;
  }

  /* the customer */
  async function knowCustomer(url, address) {
    const answer = await ask(url);
    if (!answer) return;
    state.party = { ...answer, orders: undefined, url };
    state.isNew = false;
    el("customer").value = answer.name;
    el("customer-hint").textContent = answer.hint;
    el("last-orders").innerHTML = answer.orders;
    const select = el("address");
    select.replaceChildren(...answer.addresses.map((each) => new Option(each.label, each.id)), new Option(say.sayNewAddress, ""));
    if (address !== undefined) select.value = address ?? "";
    show();
    keep();
  }
  async function takeCustomer(option) {
    fault("customer", "");
    if (option.dataset.new !== undefined) {
      const [first, ...rest] = option.dataset.new.split(/\s+/);
      state.party = null;
      state.isNew = true;
      el("address").replaceChildren();
      el("customer-hint").textContent = "";
      if (/^[+\d]/.test(first)) el("new-phone").value = option.dataset.new;
      else if (first.includes("@")) el("new-email").value = first;
      else { el("new-first_name").value = first; el("new-last_name").value = rest.join(" "); }
      show();
      keep();
      el("new-first_name").focus();
      return;
    }
    await knowCustomer(option.dataset.url);
    (el("new-address").hidden ? el("article") : el("to-street")).focus();
  }

  /* the lines */
  function addRow(article, quantity) {
    const row = el("row-template").content.firstElementChild.cloneNode(true);
    const place = String(state.next++);
    row.dataset.line = place;
    row.dataset.id = article.id;
    row.article = { id: article.id, sku: article.sku, title: article.title, price: article.price };
    row.querySelector("[data-title]").textContent = article.title;
    row.querySelector("[data-sku]").textContent = article.sku;
    row.querySelector("[data-line-err]").id = `line-${place}-err`;
    const price = row.querySelector("[data-price]");
    if (price.tagName === "INPUT") price.value = article.price; else price.textContent = article.price;
    row.querySelector("[data-quantity]").value = quantity;
    all("input", row).forEach((each) => {
      each.setAttribute("aria-label", `${each.getAttribute("aria-label")} ${place}, ${article.title}`);
      each.setAttribute("aria-describedby", `line-${place}-err`);
    });
    row.querySelector("[data-remove-name]").textContent += ` ${article.title}`;
    rows.append(row);
    number();
    return row;
  }
  function number() {
    lineRows().forEach((row, at) => { row.querySelector("[data-place]").textContent = at + 1; });
    el("next-place").textContent = lineRows().length + 1;
  }
  function takeArticle(option) {
    fault("lines", "");
    const article = { id: Number(option.dataset.id), sku: option.dataset.sku, title: option.dataset.title, price: option.dataset.price };
    el("article").value = "";
    const same = option.dataset.code !== undefined && lineRows().find((row) => Number(row.dataset.id) === article.id);
    if (same) { // a code read again is one more piece
      const field = same.querySelector("[data-quantity]");
      field.value = String((Number(field.value.replace(",", ".")) || 0) + 1);
      el("article").focus();
    } else {
      const field = addRow(article, 1).querySelector("[data-quantity]");
      if (option.dataset.code !== undefined && /^\d{8,14}$/.test(el("article").scanned || "")) el("article").focus();
      else { field.focus(); field.select(); }
    }
    changed();
  }
  async function repeat(url) {
    const answer = await ask(url);
    if (!answer) return;
    answer.lines.filter((line) => line.id).forEach((line) => addRow(line, line.quantity));
    el("article").focus();
    changed();
  }

  /* talking with the server */
  async function ask(url, body) {
    const headers = { "X-Requested-With": "fetch" };
    if (body) Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value });
    try {
      const answer = await fetch(url, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
      if (answer.redirected || answer.status === 403) { sessionOver(); return null; }
      if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
      return await answer.json();
    } catch {
      complain(say.sayOffline);
      return null;
    }
  }
  function sessionOver() { el("session-over").hidden = false; }
  function complain(text) {
    el("sale-error").textContent = text;
    el("sale-error").hidden = !text;
  }
  function changed() {
    keep();
    show();
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  }
  async function look() {
    const turn = ++asked;
    const answer = await ask(say.preview, told());
    if (!answer || turn !== asked) return;
    complain("");
    el("totals").innerHTML = answer.totals;
    state.shortages = answer.lines.some((line) => line.shortage);
    const byPlace = Object.fromEntries(answer.lines.map((line) => [line.place, line]));
    lineRows().forEach((row) => {
      const place = row.dataset.line;
      row.querySelector("[data-amount]").textContent = byPlace[place]?.amount ?? "";
      const free = row.querySelector("[data-free]");
      free.hidden = !byPlace[place];
      free.dataset.tone = byPlace[place]?.is_short ? "wait" : "quiet";
      free.lastElementChild.textContent = byPlace[place]?.free ?? "";
      rowFault(row, answer.errors[`quantity-${place}`] || answer.errors[`price-${place}`] || byPlace[place]?.shortage || "");
    });
    fault("shipping", answer.errors.shipping || "");
    show();
  }

  /* what is wrong, beside its field */
  function fault(name, text) {
    const place = form.querySelector(`[data-err="${CSS.escape(name)}"]`);
    if (!place) return;
    place.textContent = text;
    place.hidden = !text;
    const field = name === "lines" ? el("article") : el(name);
    if (text) field?.setAttribute("aria-invalid", "true"); else field?.removeAttribute("aria-invalid");
  }
  function rowFault(row, text) {
    const place = row.querySelector("[data-line-err]");
    place.textContent = text;
    place.hidden = !text;
    const field = row.querySelector("[data-quantity]");
    if (text) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
  }
  function showFaults(errors) {
    all("[data-err]").forEach((place) => fault(place.dataset.err, errors[place.dataset.err] || ""));
    lineRows().forEach((row) => rowFault(row, errors[`quantity-${row.dataset.line}`] || errors[`price-${row.dataset.line}`] || ""));
    if (Object.keys(errors).some((name) => name.startsWith("to-"))) el("new-address").hidden = kind() !== "phone";
    all("[aria-invalid=true]")[0]?.focus();
  }

  async function confirm() {
    if (isSending) return;
    isSending = true;
    clearTimeout(timer);
    keep();
    const button = el("confirm");
    button.setAttribute("aria-busy", "true");
    const answer = await ask(say.confirm, told());
    if (answer?.url) {
      localStorage.removeItem(say.draft);
      location.assign(answer.url);
      return;
    }
    isSending = false;
    button.removeAttribute("aria-busy");
    if (!answer) return;
    complain(answer.message);
    state.shortages = state.shortages || Object.keys(answer.errors).some((name) => name.startsWith("quantity-"));
    show();
    showFaults(answer.errors);
  }

  /* keys and presses */
  const article = el("article");
  article.addEventListener("keydown", (event) => { if (event.key === "Enter") article.scanned = article.value.trim(); });
  window.regia.combobox(el("customer"), el("customer-list"), { url: say.customers, take: takeCustomer });
  window.regia.combobox(article, el("article-list"), { url: say.articles, take: takeArticle });
  form.addEventListener("session-over", sessionOver);
  form.addEventListener("connection-lost", () => complain(say.sayOffline));
  form.addEventListener("submit", (event) => { event.preventDefault(); event.stopImmediatePropagation(); confirm(); }, true);
  form.addEventListener("input", (event) => {
    if (event.target.matches("[role=combobox]")) {
      if (event.target.id === "customer" && state.party && event.target.value !== state.party.name) { state.party = null; show(); }
      return;
    }
    if (event.target.name) fault(event.target.name, "");
    changed();
  });
  form.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove]");
    const again = event.target.closest("[data-repeat]");
    if (remove) { remove.closest("[data-line]").remove(); number(); article.focus(); changed(); }
    if (again) repeat(again.dataset.repeat);
  });
  el("start-anew").addEventListener("click", startAnew);
  el("address").addEventListener("change", () => { show(); if (!el("new-address").hidden) el("to-street").focus(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { event.preventDefault(); confirm(); return; }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "d") {
      event.preventDefault();
      const last = form.querySelector("[data-repeat]");
      if (last) repeat(last.dataset.repeat); else complain(state.party ? say.sayNothing : say.sayNobody);
      return;
    }
    if (event.key !== "Enter" || !form.contains(event.target) || event.target.closest("button, a")) return;
    event.preventDefault();
    if (event.target.closest("[data-line]")) { article.focus(); return; }
    const fields = all("input, select, button").filter((each) => each.offsetParent && !each.disabled);
    fields[fields.indexOf(event.target) + 1]?.focus();
  });
  restore();
  show();
})();
