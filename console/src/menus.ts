/** Closes an open menu of the navigation when somebody goes on elsewhere, or presses Escape. */
export function startMenus(): void {
  const open = () => document.querySelectorAll<HTMLDetailsElement>(".top nav details[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) {
      if (!(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
