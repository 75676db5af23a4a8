// Keeps "35 min ago" true on a page that stays open; the words come from the server.

const EVERY_MS = 20_000;
const MINUTE_MS = 60_000;

const word = (key: string): string => document.body.dataset[`span${key}`] ?? "";

function span(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const kind = minutes < 1 ? "Now" : hours < 1 ? "Minutes" : days < 1 ? "Hours" : "Days";
  return word(kind)
    .replace("{minutes}", String(minutes % 60))
    .replace("{hours}", String(days > 0 ? hours % 24 : hours))
    .replace("{days}", String(days));
}

function refresh(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const away = Date.parse(time.dateTime) - Date.now();
    const minutes = Math.floor(Math.abs(away) / MINUTE_MS);
    const text = word(away > 0 ? "Later" : "Earlier").replace("{span}", span(minutes));
    if (time.textContent !== text) time.textContent = text;
    time.closest("[data-due]")?.classList.toggle("late", away <= 0);
  }
}

export function startAgo(): void {
  window.setInterval(refresh, EVERY_MS);
}
