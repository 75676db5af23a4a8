// Keyboard: j/k or arrows move in the list, Enter opens, / filters, ? explains.
// A list is any element with [data-list]; its lines are [data-href]; a key of a line's own is a
// control with [data-key].

const lines = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>("[data-list] [data-href]")].filter(
    (line) => !line.hidden,
  );

/** Where the current line leads: a list that is drawn anew finds its current line by it. */
let place: string | undefined;

const current = (): HTMLElement | undefined =>
  document.querySelector<HTMLElement>("[data-list] .current") ?? undefined;

function mark(line: HTMLElement): void {
  current()?.classList.remove("current");
  line.classList.add("current");
  place = line.dataset["href"];
}

function select(line: HTMLElement | undefined): void {
  if (!line) return;
  mark(line);
  line.querySelector<HTMLElement>("a.go")?.focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest" });
}

function restore(): void {
  if (!place || current()) return;
  const line = lines().find((one) => one.dataset["href"] === place);
  if (!line) return;
  mark(line);
  // The line that had the focus is gone; elsewhere the focus is left alone.
  if (document.activeElement === document.body) {
    line.querySelector<HTMLElement>("a.go")?.focus({ preventScroll: true });
  }
}

function move(step: number): void {
  const all = lines();
  const here = current();
  const at = here ? all.indexOf(here) : -1;
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  select(all[Math.min(Math.max(next, 0), all.length - 1)]);
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input, select, textarea, [contenteditable], dialog") !== null
  );
}

const commands: Record<string, () => void> = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  Home: () => select(lines()[0]),
  End: () => select(lines().at(-1)),
  "/": () => document.querySelector<HTMLInputElement>("[data-filter-text], [type=search]")?.select(),
  s: () => document.querySelector<HTMLInputElement>("[data-find]")?.select(),
  "?": () => document.querySelector<HTMLDialogElement>("#keys")?.showModal(),
};

function open(line: HTMLElement): void {
  const href = line.dataset["href"];
  if (href) location.assign(href);
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target instanceof HTMLInputElement ? event.target : undefined;
  if (field?.matches("[data-filter-text]") && ["Escape", "ArrowDown", "Enter"].includes(event.key)) {
    event.preventDefault();
    field.blur();
    if (event.key !== "Escape") select(lines()[0]);
    return;
  }
  if (typing(event.target)) return;
  const inList = document.querySelector("[data-list]") !== null;
  if (event.key === "Enter") {
    const line = current();
    const focused = document.activeElement;
    const onControl = focused instanceof HTMLElement && focused.matches("a, button, summary");
    if (line && (!onControl || focused.matches("a.go"))) {
      event.preventDefault();
      open(line);
    }
    return;
  }
  // In a list, a line's own key works on the current line only: never on one that just came in.
  const own = (inList ? current() : document)?.querySelector<HTMLElement>(
    `[data-key="${CSS.escape(event.key)}"]`,
  );
  if (own) {
    event.preventDefault();
    own.click();
    return;
  }
  const command = commands[event.key];
  if (!command || (!inList && !["?", "/", "s"].includes(event.key))) return;
  event.preventDefault();
  command();
}

function onClick(event: MouseEvent): void {
  const target = event.target as HTMLElement;
  const opener = target.closest<HTMLElement>("[data-dialog]");
  if (opener) document.querySelector<HTMLDialogElement>(opener.dataset["dialog"]!)?.showModal();
  if (target.closest("a, button, input, select, textarea, label, summary")) return;
  if (getSelection()?.toString()) return;
  const line = target.closest<HTMLElement>("[data-list] [data-href]");
  if (line) open(line);
}

export function startKeys(): void {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  // Tabbing into a line makes it the current one, so that both ways of moving agree.
  document.addEventListener("focusin", (event) => {
    const line = (event.target as HTMLElement).closest<HTMLElement>("[data-list] [data-href]");
    if (line && line !== current()) mark(line);
  });
  document.addEventListener("htmx:afterSettle", restore);
}
