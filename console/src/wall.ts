// The live wall: follows the server's events, catches up after a break, shows the connection.
//
// The server numbers its events. The browser sends the last number it saw (Last-Event-ID) when it
// reconnects by itself; when it gave up, or the line went silent, we reconnect with `after`.
import { htmx } from "./htmx";

const SILENCE_MS = 25_000; // the server beats every 10 s
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;

interface WallEvent {
  seq: number;
  kind: string;
  alert_id: string;
}

const newest = (one: HTMLElement, other: HTMLElement): number => (one.id > other.id ? -1 : 1);

/** As the server orders them: by advice, by priority, then new ones, then the newest. */
function order(one: HTMLElement, other: HTMLElement): number {
  const urgent = Number(other.dataset["rank"]) - Number(one.dataset["rank"]);
  const first = Number(one.dataset["priority"]) - Number(other.dataset["priority"]);
  const taken = (row: HTMLElement): number => (row.dataset["alertState"] === "new" ? 0 : 1);
  return urgent || first || taken(one) - taken(other) || newest(one, other);
}

const SHOWN = ["alertState", "seen", "held", "escalated"] as const;

const same = (one: HTMLElement, other: HTMLElement): boolean =>
  SHOWN.every((key) => one.dataset[key] === other.dataset[key]);

class Wall {
  private source: EventSource | undefined;
  private last: number;
  private attempts = 0;
  private silence: number | undefined;
  private working = false;
  /** Open alerts on the following pages. */
  private beyond: number;
  /** Alerts whose line has to be fetched anew; true for those that were raised just now. */
  private readonly waiting = new Map<string, boolean>();

  constructor(
    private readonly root: HTMLElement,
    private readonly list: HTMLElement,
    private readonly state: HTMLElement,
    private readonly live: HTMLElement,
  ) {
    this.last = Number(root.dataset["after"] ?? "0");
    this.beyond = Number(root.dataset["beyond"] ?? "0");
    list.addEventListener("htmx:afterSettle", () => this.count());
    this.count();
  }

  connect = (): void => {
    this.source?.close();
    this.show(this.attempts === 0 ? "connecting" : "reconnecting");
    const source = new EventSource(`${this.root.dataset["events"]}?after=${this.last}`);
    this.source = source;
    source.addEventListener("open", () => {
      this.attempts = 0;
      this.heard();
    });
    source.addEventListener("beat", () => this.heard());
    source.addEventListener("alert", (event) => this.alert(event as MessageEvent<string>));
    source.addEventListener("signed-out", () => location.reload());
    source.addEventListener("error", () => {
      // CONNECTING: the browser retries by itself. CLOSED: it gave up, and we take over.
      this.show("reconnecting");
      if (source.readyState === EventSource.CLOSED) this.later();
    });
    this.watch();
  };

  private later(): void {
    const wait = RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)];
    this.attempts += 1;
    window.setTimeout(this.connect, wait);
  }

  private heard(): void {
    this.show("live");
    this.watch();
    if (this.waiting.size > 0) void this.work();
  }

  private watch(): void {
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(this.connect, SILENCE_MS);
  }

  private show(state: "connecting" | "live" | "reconnecting"): void {
    if (this.state.dataset["state"] === state) return;
    this.state.dataset["state"] = state;
    this.state.textContent = this.state.dataset[state] ?? "";
  }

  private alert(message: MessageEvent<string>): void {
    const event = JSON.parse(message.data) as WallEvent;
    if (event.seq > this.last) {
      this.last = event.seq;
      const raised = event.kind === "raised" || this.waiting.get(event.alert_id) === true;
      this.waiting.set(event.alert_id, raised);
    }
    this.heard();
  }

  /** Fetches the waiting lines one by one; one that cannot be fetched waits for the next beat. */
  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      for (const [id, raised] of this.waiting) {
        this.waiting.delete(id); // first: an event that comes during the fetch puts it back
        await this.fetch(id, raised);
      }
    } catch {
      this.show("reconnecting");
    } finally {
      this.working = false;
    }
    this.count();
  }

  private async fetch(id: string, raised: boolean): Promise<void> {
    try {
      const answer = await fetch(`/alerts/${id}/row`, {
        headers: { "HX-Request": "true", "X-Background": "1" },
      });
      if (answer.ok) this.put(id, await answer.text(), raised);
    } catch (error) {
      this.waiting.set(id, raised || this.waiting.get(id) === true);
      throw error;
    }
  }

  private put(id: string, html: string, raised: boolean): void {
    const template = document.createElement("template");
    template.innerHTML = html;
    const line = template.content.querySelector<HTMLElement>(".alert-row");
    if (!line) return;
    const old = document.getElementById(`alert-${id}`);
    // One that stood on a following page comes to this one, or is closed: there is one less.
    if (!old && !raised) this.beyond = Math.max(0, this.beyond - 1);
    if (line.dataset["alertState"] === "closed") {
      old?.remove();
      return;
    }
    if (old && same(old, line)) return;
    if (old?.classList.contains("current")) {
      // The line in hand stays where it is: it must not move under the officer's eyes.
      const focused = old.contains(document.activeElement);
      line.classList.add("current");
      old.replaceWith(line);
      if (focused) line.querySelector<HTMLElement>("a.go")?.focus({ preventScroll: true });
    } else {
      old?.remove();
      const rows = [...this.list.querySelectorAll<HTMLElement>(".alert-row")];
      this.list.insertBefore(line, rows.find((other) => order(line, other) < 0) ?? null);
    }
    htmx.process(line);
    if (raised) this.announce(line);
  }

  private announce(line: HTMLElement): void {
    line.classList.add("fresh");
    const item = document.createElement("p");
    item.textContent = `${this.live.dataset["prefix"]} ${line.dataset["spoken"] ?? ""}`;
    this.live.append(item);
    while (this.live.childElementCount > 20) this.live.firstElementChild?.remove();
  }

  private count(): void {
    const lines = this.list.querySelectorAll(".alert-row");
    const fresh = this.list.querySelectorAll(".alert-row.new").length;
    document.title = document.title.replace(/^(\(\d+\) )?/, fresh > 0 ? `(${fresh}) ` : "");
    document.getElementById("wall-empty")?.toggleAttribute("hidden", lines.length > 0);
    const open = document.querySelector<HTMLElement>('[data-count="open"]');
    if (open) open.textContent = String(lines.length + this.beyond);
  }
}

const root = document.getElementById("wall");
const list = document.getElementById("wall-list");
const state = document.getElementById("wall-state");
const live = document.getElementById("wall-live");
if (root && list && state && live) {
  const wall = new Wall(root, list, state, live);
  wall.connect();
  window.addEventListener("online", wall.connect);
}
