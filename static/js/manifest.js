/* The list that the driver signs goes to the printer of this place. */
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });
