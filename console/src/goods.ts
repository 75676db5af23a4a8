// The goods list: what changed is fetched by itself, unless somebody is typing or moving in it.
const ASK_MS = 5_000;

const list = (): HTMLElement | null => document.getElementById("goods");

function busy(): boolean {
  const active = document.activeElement;
  return active instanceof HTMLInputElement || document.querySelector("#goods .current") !== null;
}

async function follow(): Promise<void> {
  const root = list();
  if (!root || document.hidden || busy()) return;
  const headers = { "X-Background": "1" };
  const answer = await fetch("/consignments/pulse", { headers });
  if (!answer.ok) return;
  const { pulse } = (await answer.json()) as { pulse: string };
  if (pulse === root.dataset["pulse"]) return;
  const page = await fetch(location.href, { headers });
  if (!page.ok) return;
  const parsed = new DOMParser().parseFromString(await page.text(), "text/html");
  const fresh = parsed.getElementById("goods");
  if (fresh && list() && !busy()) list()!.replaceWith(document.importNode(fresh, true));
}

setInterval(() => void follow().catch(() => undefined), ASK_MS);
