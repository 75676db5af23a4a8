// A key that is shown once: it can be copied, and the browser asks before it is left for good.

function copy(button: HTMLElement): void {
  const secret = document.querySelector(button.dataset["copy"] ?? "");
  const state = document.querySelector("[data-copy-state]");
  if (!secret) return;
  const done = (): void => {
    if (state) state.textContent = button.dataset["copied"] ?? "";
  };
  // Without HTTPS a browser has no clipboard: the key is marked, so that the keyboard copies it.
  const mark = (): void => window.getSelection()?.selectAllChildren(secret);
  if (navigator.clipboard) navigator.clipboard.writeText(secret.textContent ?? "").then(done, mark);
  else mark();
}

export function startSecret(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    const button = target.closest<HTMLElement>("[data-copy]");
    if (button) copy(button);
    if (target.closest("[data-kept]")) {
      document.querySelector("[data-shown-once]")?.removeAttribute("data-shown-once");
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("[data-shown-once]")) event.preventDefault();
  });
}
