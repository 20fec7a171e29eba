/** Menus that open below their buttons, and stay inside the window. */

const EDGE = 8; // CSS pixels

for (const menu of document.querySelectorAll("[popover]")) {
  menu.addEventListener("toggle", ({ newState }) => newState === "open" && place(menu));
  menu.addEventListener("click", (event) => event.target.closest("[data-closes]") && menu.hidePopover());
}

function place(menu) {
  const button = document.querySelector(`[popovertarget="${menu.id}"]`).getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = button.bottom + EDGE;
  const top = below + height > innerHeight - EDGE ? Math.max(EDGE, button.top - EDGE - height) : below;
  menu.style.left = `${Math.max(EDGE, Math.min(button.left, innerWidth - width - EDGE))}px`;
  menu.style.top = `${top}px`;
}
