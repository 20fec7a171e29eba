/** Menus that open below their buttons, and stay inside the window. */

const EDGE = 8; // CSS pixels

const openers = new Map(); // id of a menu -> the button that opened it
for (const button of document.querySelectorAll("[popovertarget]")) {
  button.addEventListener("click", () => openers.set(button.getAttribute("popovertarget"), button));
}
for (const menu of document.querySelectorAll("[popover]")) {
  menu.addEventListener("toggle", ({ newState }) => newState === "open" && place(menu));
  menu.addEventListener("click", (event) => event.target.closest("[data-closes]") && menu.hidePopover());
}

function place(menu) {
  const opener = openers.get(menu.id) ?? document.querySelector(`[popovertarget="${menu.id}"]`);
  const button = opener.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = button.bottom + EDGE;
  const top = below + height > innerHeight - EDGE ? Math.max(EDGE, button.top - EDGE - height) : below;
  menu.style.left = `${Math.max(EDGE, Math.min(button.left, innerWidth - width - EDGE))}px`;
  menu.style.top = `${top}px`;
}
