// The vetting list: choosing lines, steps with all of them, and new evidence that moves lines up
// without losing what was chosen, the line in hand, or the place on the screen.
import { htmx } from "./htmx";

const ASK_MS = 5_000;
const chosen = new Set<string>();

const NOTED = "vetting-in-hand";

/** After a step: the line to go on with, and the travellers whose step `u` takes back. */
interface Noted {
  next: string;
  undo: string[];
}
let noted: Noted = { next: "", undo: [] };

const list = (): HTMLElement | null => document.getElementById("vetting");
const boxes = (): HTMLInputElement[] => [
  ...document.querySelectorAll<HTMLInputElement>('#vetting input[name="traveller"][type="checkbox"]'),
];
const busy = (): boolean => document.querySelector("dialog[open]") !== null;

function show(): void {
  const all = boxes();
  for (const box of all) {
    box.checked = chosen.has(box.value);
    box.closest("tr")?.classList.toggle("chosen", box.checked);
  }
  const count = document.querySelector<HTMLElement>("[data-chosen]");
  if (count) {
    count.dataset["none"] ??= count.textContent ?? "";
    const text = count.dataset["chosen"]!.replace("{number}", String(chosen.size));
    count.textContent = chosen.size > 0 ? text : count.dataset["none"];
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-step]")) {
    button.disabled = chosen.size === 0;
  }
  for (const own of document.querySelectorAll<HTMLInputElement>("[data-choose-all]")) {
    const mine = [...own.closest("table")!.querySelectorAll<HTMLInputElement>('input[name="traveller"]')];
    own.checked = mine.length > 0 && mine.every((box) => box.checked);
  }
}

/** Travellers as fields of a form, in the place of those of an earlier step. */
function fill(form: HTMLFormElement, ids: Iterable<string> = chosen): void {
  for (const old of form.querySelectorAll('input[name="traveller"]')) old.remove();
  for (const id of ids) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "traveller";
    field.value = id;
    form.append(field);
  }
  const back = form.elements.namedItem("back");
  if (back instanceof HTMLInputElement) back.value = list()?.dataset["query"] ?? "";
}

/** Without a choice a step concerns the line in hand. */
function chooseCurrent(): void {
  const box = document.querySelector<HTMLInputElement>('#vetting tr.current input[name="traveller"]');
  if (chosen.size === 0 && box) chosen.add(box.value);
  show();
  const count = document.querySelector<HTMLElement>("[data-chosen]");
  if (count && chosen.size === 0) count.textContent = count.dataset["missing"] ?? "";
}

/** The line that comes after the chosen ones, or the last one before them. */
function following(): string {
  const all = boxes();
  const last = all.map((box) => chosen.has(box.value)).lastIndexOf(true);
  const free = (box: HTMLInputElement): boolean => !chosen.has(box.value);
  return (all.slice(last + 1).find(free) ?? all.slice(0, last).reverse().find(free))?.value ?? "";
}

/** Keeps for the page that answers a step where to go on. */
function keep(own: Noted): void {
  sessionStorage.setItem(NOTED, JSON.stringify(own));
}

/** Goes on where the step before left off. */
function resume(): void {
  const kept = sessionStorage.getItem(NOTED);
  if (!kept) return;
  sessionStorage.removeItem(NOTED);
  noted = JSON.parse(kept) as Noted;
  const row = document.getElementById(`vet-${noted.next}`);
  if (!row) return;
  row.classList.add("current");
  row.querySelector<HTMLElement>("a.go")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "center" });
}

/** Takes back the last "Nothing new", unless the officer went on to a line that has its own. */
function undo(event: KeyboardEvent): void {
  if (event.key !== "u" || event.ctrlKey || event.metaKey || event.altKey || busy()) return;
  const target = event.target as HTMLElement;
  const form = document.querySelector<HTMLFormElement>("#settle");
  if (!form || noted.undo.length === 0) return;
  if (target.closest("select, textarea, input:not([type=checkbox])")) return;
  const line = document.querySelector("#vetting tr.current");
  if (line && line.id !== `vet-${noted.next}` && line.querySelector('[data-key="u"]')) return;
  event.preventDefault();
  event.stopPropagation();
  fill(form, noted.undo);
  keep({ next: noted.undo[0] ?? "", undo: [] });
  form.action = "/vetting/unsettle";
  form.submit();
}

function clear(): void {
  chooseCurrent();
  const dialog = document.querySelector<HTMLDialogElement>("#clear");
  const title = dialog?.querySelector<HTMLElement>("[data-title]");
  if (!dialog || !title || chosen.size === 0 || !document.querySelector('[data-step="clear"]')) return;
  title.textContent = title.dataset["title"]!.replace("{number}", String(chosen.size));
  fill(dialog.querySelector("form")!);
  dialog.showModal();
}

function settle(): void {
  chooseCurrent();
  const form = document.querySelector<HTMLFormElement>("#settle");
  if (!form || chosen.size === 0) return;
  fill(form);
  keep({ next: following(), undo: [...chosen] });
  form.submit();
}

const steps: Record<string, () => void> = { clear, settle, c: clear, n: settle };

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || busy()) return;
  const target = event.target as HTMLElement;
  if (target.closest("select, textarea, input:not([type=checkbox])")) return;
  const step = steps[event.key];
  if (!step || event.key.length > 1) return;
  event.preventDefault();
  step();
}

/** Draws the list anew around the line that is looked at: it stays where it is on the screen. */
function replace(fresh: Element): void {
  const old = list()!;
  const held = old.querySelector<HTMLElement>("tr.current") ?? firstSeen(old);
  const top = held?.getBoundingClientRect().top;
  const known = new Set([...old.querySelectorAll("tr[id]")].map((row) => row.id));
  old.replaceWith(fresh);
  htmx.process(fresh);
  for (const row of fresh.querySelectorAll<HTMLElement>("tr[id]")) {
    row.classList.toggle("fresh", !known.has(row.id));
  }
  const now = held ? document.getElementById(held.id) : null;
  if (now && top !== undefined) {
    if (held!.classList.contains("current")) {
      now.classList.add("current");
      now.querySelector<HTMLElement>("a.go")?.focus({ preventScroll: true });
    }
    window.scrollBy(0, now.getBoundingClientRect().top - top);
  }
  show();
}

function firstSeen(root: HTMLElement): HTMLElement | null {
  if (window.scrollY === 0) return null; // at the top the list begins with its most urgent line
  const rows = [...root.querySelectorAll<HTMLElement>("tr[id]")];
  return rows.find((row) => row.getBoundingClientRect().top >= 0) ?? null;
}

async function follow(): Promise<void> {
  const root = list();
  if (!root || document.hidden) return;
  const headers = { "X-Background": "1" };
  const answer = await fetch("/vetting/pulse", { headers });
  if (!answer.ok) return;
  const { pulse } = (await answer.json()) as { pulse: string };
  const note = document.querySelector<HTMLElement>("[data-live]");
  if (note) note.hidden = pulse === root.dataset["pulse"] || !busy();
  if (pulse === root.dataset["pulse"] || busy()) return;
  const page = await fetch(location.href, { headers });
  if (!page.ok) return;
  const parsed = new DOMParser().parseFromString(await page.text(), "text/html");
  const fresh = parsed.getElementById("vetting");
  if (fresh && list() && !busy()) replace(document.importNode(fresh, true));
}

document.addEventListener("change", (event) => {
  const box = event.target as HTMLElement;
  if (!(box instanceof HTMLInputElement) || box.type !== "checkbox") return;
  if ("chooseAll" in box.dataset) {
    for (const one of box.closest("table")!.querySelectorAll<HTMLInputElement>('input[name="traveller"]')) {
      if (box.checked) chosen.add(one.value);
      else chosen.delete(one.value);
    }
  } else if (box.name === "traveller") {
    if (box.checked) chosen.add(box.value);
    else chosen.delete(box.value);
  } else return;
  show();
});
document.addEventListener("click", (event) => {
  const step = (event.target as HTMLElement).closest<HTMLElement>("[data-step]")?.dataset["step"];
  if (step) steps[step]?.();
  const opener = (event.target as HTMLElement).closest('[data-dialog="#views"]');
  const back = opener && document.querySelector<HTMLInputElement>("#views [data-back]");
  if (back) back.value = list()?.dataset["query"] ?? "";
});
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLElement;
  const cancels = event.submitter?.getAttribute("formmethod") === "dialog";
  if (form.matches("[data-chosen-form]") && !cancels) keep({ next: following(), undo: [] });
});
document.addEventListener("keydown", onKey);
// Before the line's own keys: right after a step `u` means that step.
document.addEventListener("keydown", undo, { capture: true });
document.addEventListener("htmx:afterSettle", show);
window.setInterval(() => void follow().catch(() => undefined), ASK_MS);
show();
resume();
