// Filters a list in place: [data-filter] is the form, its fields name what the lines carry.
// The state stands in the address, so that going back or sharing a link finds it again.

interface State {
  text: string;
  hits: boolean;
  state: string;
}

const fold = (text: string): string =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

function read(form: HTMLFormElement): State {
  const data = new FormData(form);
  return {
    text: String(data.get("text") ?? ""),
    hits: data.get("hits") === "1",
    state: String(data.get("state") ?? ""),
  };
}

function restore(form: HTMLFormElement): void {
  const query = new URLSearchParams(location.search);
  for (const element of form.elements) {
    if (element instanceof HTMLInputElement && element.type === "checkbox") {
      element.checked = query.get(element.name) === element.value;
    } else if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) {
      element.value = query.get(element.name) ?? "";
    }
  }
}

function remember(state: State): void {
  const query = new URLSearchParams();
  if (state.text) query.set("text", state.text);
  if (state.hits) query.set("hits", "1");
  if (state.state) query.set("state", state.state);
  const search = query.size > 0 ? `?${query}` : "";
  history.replaceState(history.state, "", `${location.pathname}${search}`);
}

function shows(line: HTMLElement, state: State, words: string[]): boolean {
  if (state.hits && line.dataset["hits"] === "0") return false;
  if (state.state && !line.dataset["state"]?.split(" ").includes(state.state)) return false;
  const text = (line.dataset["folded"] ??= fold(line.textContent ?? ""));
  return words.every((word) => text.includes(word));
}

function apply(form: HTMLFormElement): void {
  const state = read(form);
  const words = fold(state.text).split(/\s+/).filter(Boolean);
  const list = document.querySelector(form.dataset["filter"]!);
  if (!list) return;
  let shown = 0;
  for (const line of list.querySelectorAll<HTMLElement>("[data-href]")) {
    line.hidden = !shows(line, state, words);
    if (!line.hidden) shown += 1;
    else line.classList.remove("current");
  }
  const count = form.querySelector<HTMLElement>("[data-filter-count]");
  if (count) count.textContent = count.dataset["filterCount"]!.replace("{shown}", String(shown));
  const none = document.querySelector<HTMLElement>("[data-filter-none]");
  if (none) none.hidden = shown > 0;
  remember(state);
}

export function startFilter(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-filter]");
  if (!form) return;
  restore(form);
  apply(form);
  form.addEventListener("input", () => apply(form));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => queueMicrotask(() => apply(form)));
}
