/* The page of an order: its dialogs and its single keys, which stand on the buttons themselves (`data-key`). */
(() => {
  const keysOff = () => document.cookie.includes("regia_keys=off");

  /* the queue that the reader came from: where this order stands in it, the one before and the one behind */
  const walk = document.getElementById("walk");
  const queue = JSON.parse(sessionStorage.getItem("regia_queue") || "{}");
  const at = walk && queue.keys ? queue.keys.indexOf(walk.dataset.order) : -1;
  if (at >= 0) {
    walk.querySelector("[data-place]").textContent = walk.dataset.said.replace("#", at + 1).replace("#", queue.keys.length);
    for (const link of walk.querySelectorAll("[data-step]")) {
      const key = queue.keys[at + Number(link.dataset.step)];
      if (key) link.href = walk.dataset.url.replace("/0/", `/${key}/`);
      else link.hidden = true;
    }
    walk.hidden = false;
    document.querySelector("[data-key-esc]").href = queue.list;
    sessionStorage.setItem("regia_queue", JSON.stringify({ ...queue, last: walk.dataset.order }));
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target) || opener) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector("details.menu[open]");
    if (event.key === "Escape" && menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || keysOff()) return;
    if (event.target.closest("input, select, textarea, dialog, summary")) return;
    const marked = event.key === "Escape" ? "[data-key-esc]" : `[data-key="${CSS.escape(event.key.toLowerCase())}"]`;
    const wanted = document.querySelector(marked);
    if (!wanted) return;
    event.preventDefault();
    wanted.click();
  });
})();
