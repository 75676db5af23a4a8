// The form of a rule beside its text: the server renders both, this keeps them together.
//
// #builder holds the form, or a button that asks for it; what the server made of the form stands in
// its data-rule-text and goes into the editor. What is written in the editor goes the other way.
import { htmx } from "./htmx";

const WAIT_MS = 600;

const builder = (): HTMLElement | null => document.getElementById("builder");
const isOpen = (): boolean => builder()?.querySelector("[data-rule-rows]") != null;

function reopen(): void {
  const own = builder()?.querySelector("[data-rule-open]");
  if (own) htmx.trigger(own, "click");
}

export function startRuleForm(area: HTMLTextAreaElement, write: (text: string) => void): void {
  const first = builder();
  if (!first) return;
  first.hidden = false;
  let ours = false;
  let waiting = 0;

  document.addEventListener("htmx:afterSettle", (event) => {
    const { target } = (event as CustomEvent<{ target: HTMLElement }>).detail;
    const text = builder()?.dataset["ruleText"];
    if (target.id !== "builder" || text === undefined || text === area.value) return;
    ours = true;
    write(text);
    ours = false;
  });

  const changed = (): void => {
    if (ours || !isOpen()) return;
    clearTimeout(waiting);
    waiting = window.setTimeout(reopen, WAIT_MS);
  };
  area.addEventListener("input", changed);
  const subject = area.form?.elements.namedItem("subject");
  if (subject instanceof HTMLSelectElement) subject.addEventListener("change", changed);
}
