// The control room: follows the server's events, fetches what changed, plays past days.
//
// The server sends a new version when it measured, or somebody noted something; the board is then
// fetched whole and put in place. While a past day is played, news of now is left alone.
import { htmx } from "./htmx";

const SILENCE_MS = 25_000; // the server beats every 10 s
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;
const STEP = 5;
const HOLD = 3; // turns of the play for which it stands where an incident begins
const HEADERS = { "HX-Request": "true", "X-Background": "1" };

type State = "connecting" | "live" | "reconnecting" | "past";

const byId = (id: string): HTMLElement | null => document.getElementById(id);

/** Fetches the part that changes, and puts it in place of what is shown. */
class Board {
  private busy = false;
  private wanted: string | undefined;

  constructor(
    private readonly live: HTMLElement | null,
    private readonly url: string,
  ) {}

  /** The newest wish counts: what was asked for meanwhile is fetched after this. */
  async show(query = ""): Promise<boolean> {
    this.wanted = query;
    if (this.busy) return true;
    this.busy = true;
    try {
      while (this.wanted !== undefined) {
        const query = this.wanted;
        this.wanted = undefined;
        if (!(await this.fetch(query))) return false;
      }
    } finally {
      this.busy = false;
    }
    return true;
  }

  private async fetch(query: string): Promise<boolean> {
    const url = new URL(this.url, location.href);
    for (const [key, value] of new URLSearchParams(query)) url.searchParams.set(key, value);
    const answer = await fetch(url, { headers: HEADERS });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("board");
    const old = byId("board");
    if (!fresh || !old) return false;
    const known = new Set([...old.querySelectorAll(".fault")].map((own) => own.id));
    const held = focusOf(old);
    old.replaceWith(fresh);
    htmx.process(fresh);
    held(fresh);
    colourMap(fresh);
    if (!query) this.announce(fresh, known);
    return true;
  }

  private announce(fresh: HTMLElement, known: Set<string>): void {
    for (const own of fresh.querySelectorAll<HTMLElement>(".fault.severe")) {
      if (known.has(own.id)) continue;
      own.classList.add("fresh");
      this.say(own.querySelector(".grow")?.textContent?.trim() ?? "");
    }
  }

  /** Tells a screen reader. */
  say(text: string): void {
    if (!this.live) return;
    const item = document.createElement("p");
    item.textContent = text;
    this.live.append(item);
    while (this.live.childElementCount > 20) this.live.firstElementChild?.remove();
  }
}

/** Remembers what has the focus, and gives it back to what stands in its place. */
function focusOf(old: HTMLElement): (fresh: HTMLElement) => void {
  const own = document.activeElement;
  if (!(own instanceof HTMLElement) || !old.contains(own)) return () => undefined;
  const links = (within: HTMLElement): HTMLElement[] => [
    ...within.querySelectorAll<HTMLElement>("a, button"),
  ];
  const href = own.getAttribute("href");
  const place = links(old).indexOf(own);
  return (fresh) => {
    const all = links(fresh);
    const same = href ? all.find((one) => one.getAttribute("href") === href) : all[place];
    same?.focus({ preventScroll: true });
  };
}

/** Marks on the map take the level of their tiles. */
function colourMap(board: HTMLElement): void {
  for (const tile of board.querySelectorAll<HTMLElement>(".tile")) {
    const { code, level, title } = tile.dataset;
    const mark = document.querySelector(`.map a[href$="/posts/${code}"]`);
    if (!mark || !level || !title) continue;
    mark.setAttribute("aria-label", title);
    mark.querySelector("circle")?.setAttribute("class", `level ${level}`);
    for (const own of mark.querySelectorAll("title")) own.textContent = title;
  }
}

class Room {
  private source: EventSource | undefined;
  private attempts = 0;
  private silence: number | undefined;
  private version: string;
  private past = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly state: HTMLElement,
    private readonly board: Board,
  ) {
    this.version = root.dataset["version"] ?? "";
  }

  connect = (): void => {
    this.source?.close();
    this.tell(this.attempts === 0 ? "connecting" : "reconnecting");
    const source = new EventSource(this.root.dataset["events"] ?? "");
    this.source = source;
    source.addEventListener("open", () => {
      this.attempts = 0;
      this.heard();
    });
    source.addEventListener("beat", () => this.heard());
    source.addEventListener("control", (event) => {
      const news = JSON.parse((event as MessageEvent<string>).data) as { version: string };
      this.heard();
      if (news.version === this.version) return;
      this.version = news.version;
      if (!this.past) void this.refresh();
    });
    source.addEventListener("signed-out", () => location.reload());
    source.addEventListener("error", () => {
      this.tell("reconnecting");
      if (source.readyState === EventSource.CLOSED) this.later();
    });
    this.watch();
  };

  /** Begins or ends to show a past day. */
  setPast(past: boolean): void {
    this.past = past;
    if (past) this.tell("past");
    else {
      this.tell("live");
      void this.refresh();
    }
  }

  private async refresh(): Promise<void> {
    try {
      await this.board.show();
    } catch {
      this.version = ""; // fetched with the next event
      this.tell("reconnecting");
    }
  }

  private later(): void {
    const wait = RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)];
    this.attempts += 1;
    window.setTimeout(this.connect, wait);
  }

  private heard(): void {
    this.tell("live");
    this.watch();
  }

  private watch(): void {
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(this.connect, SILENCE_MS);
  }

  private tell(state: State): void {
    const shown = this.past ? "past" : state;
    if (this.state.dataset["state"] === shown) return;
    this.state.dataset["state"] = shown;
    this.state.textContent = this.state.dataset[shown] ?? "";
  }
}

/** What went wrong on the day that is played: from when to when it stood on the screen. */
interface Incident {
  first: number;
  last: number;
  button: HTMLElement;
}

/** Plays a past day: a slider of five minutes, a clock that runs faster, incidents to jump to. */
class Replay {
  private timer: number | undefined;
  private minute = 0;
  private since = 0;
  private toNow = false;
  private hold = 0;
  private incidents: Incident[] = [];
  private readonly clockText: Intl.DateTimeFormat;

  constructor(
    private readonly room: Room,
    private readonly board: Board,
    private readonly form: HTMLElement,
    private readonly day: HTMLInputElement,
    private readonly time: HTMLInputElement,
    private readonly speed: HTMLSelectElement,
    private readonly play: HTMLButtonElement,
    private readonly now: HTMLButtonElement,
    private readonly clock: HTMLElement,
    private readonly line: HTMLElement,
    private readonly failed: HTMLElement,
    private readonly last: HTMLElement,
  ) {
    this.clockText = new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit",
      hourCycle: "h23",
      minute: "2-digit",
      timeZone: form.dataset["zone"],
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    last.addEventListener("click", () => void this.playLast());
    day.addEventListener("change", () => void this.choose());
    time.addEventListener("input", () => this.goto(Number(time.value)));
    play.addEventListener("click", () => this.toggle());
    now.addEventListener("click", () => this.leave());
    speed.addEventListener("change", () => {
      if (this.timer !== undefined) this.start();
    });
    line.addEventListener("click", (event) => this.jump(event.target));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  private get on(): boolean {
    return !this.line.hidden;
  }

  private get end(): number {
    return Number(this.time.max);
  }

  private async playLast(): Promise<void> {
    this.day.value = "";
    if (await this.open("")) {
      this.play.focus();
      this.start();
    }
  }

  private async choose(): Promise<void> {
    if (!this.day.reportValidity()) return;
    if (this.day.value) await this.open(this.day.value);
    else this.leave();
  }

  /** Fetches what went wrong on a day, or in the last 24 hours, and shows its beginning. */
  private async open(day: string): Promise<boolean> {
    this.stop();
    const shown = await this.fetchDay(day).catch(() => null);
    if (!shown) {
      this.fail(true);
      return false;
    }
    byId("replay-shown")?.replaceWith(shown);
    this.since = Date.parse(shown.dataset["since"] ?? "");
    this.time.max = shown.dataset["minutes"] ?? "0";
    this.toNow = day === "";
    this.incidents = [...shown.querySelectorAll<HTMLElement>(".incident")].map((button) => ({
      first: Number(button.dataset["first"]),
      last: Number(button.dataset["last"]),
      button,
    }));
    this.enable(true);
    this.room.setPast(true);
    this.goto(0);
    return true;
  }

  private async fetchDay(day: string): Promise<HTMLElement | null> {
    const url = new URL(this.form.dataset["day"] ?? "", location.href);
    if (day) url.searchParams.set("day", day);
    const answer = await fetch(url, { headers: HEADERS });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById("replay-shown");
  }

  private leave(): void {
    this.stop();
    this.day.value = "";
    // Before what has the focus is hidden.
    if (this.form.contains(document.activeElement)) this.last.focus();
    this.enable(false);
    this.room.setPast(false);
  }

  private enable(on: boolean): void {
    for (const own of [this.line, this.play, this.now]) own.hidden = !on;
  }

  private goto(minute: number): void {
    this.minute = Math.max(0, Math.min(this.end, minute));
    const at = new Date(this.since + this.minute * 60_000);
    this.time.value = String(this.minute); // the slider takes the nearest of its steps
    this.clock.textContent = this.clockText.format(at);
    this.time.setAttribute("aria-valuetext", this.clock.textContent);
    for (const own of this.incidents) {
      const there = own.first <= this.minute && this.minute < Math.max(own.last, own.first + 1);
      if (there) own.button.setAttribute("aria-current", "true");
      else own.button.removeAttribute("aria-current");
    }
    void this.fetch(at);
  }

  private async fetch(at: Date): Promise<void> {
    const fetched = await this.board.show(`at=${at.toISOString()}`).catch(() => false);
    if (!this.on) return;
    this.fail(!fetched);
    if (!fetched) this.stop();
  }

  private fail(failed: boolean): void {
    this.failed.textContent = failed ? (this.form.dataset["failed"] ?? "") : "";
  }

  private jump(target: EventTarget | null): void {
    const button = target instanceof Element ? target.closest(".incident") : null;
    const own = this.incidents.find((one) => one.button === button);
    if (!own) return;
    this.stop();
    this.goto(own.first);
  }

  private toggle(): void {
    if (this.timer === undefined) this.start();
    else this.stop();
  }

  private start(): void {
    this.stop();
    const minutes = Number(this.speed.value) / 60;
    const every = Math.max(1, STEP / minutes);
    if (this.minute >= this.end) this.goto(0);
    this.timer = window.setInterval(() => this.step(minutes * every), every * 1000);
    this.play.textContent = this.form.dataset["pause"] ?? "";
  }

  /** Goes on, but past no incident: where one begins, the day stands still to be read. */
  private step(minutes: number): void {
    if (this.hold > 0) {
      this.hold -= 1;
      return;
    }
    if (this.minute >= this.end) {
      if (this.toNow) this.leave();
      else this.stop();
      return;
    }
    const next = Math.min(this.minute + minutes, this.end);
    const met = this.incidents.filter((own) => this.minute < own.first && own.first <= next);
    const first = Math.min(...met.map((own) => own.first));
    if (!met.length) return this.goto(next);
    this.hold = HOLD;
    this.goto(first);
    for (const own of met) if (own.first === first) this.board.say(own.button.textContent ?? "");
  }

  private stop(): void {
    window.clearInterval(this.timer);
    this.timer = undefined;
    this.hold = 0;
    this.play.textContent = this.form.dataset["play"] ?? "";
  }

  private key(event: KeyboardEvent): void {
    if (!this.on || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at instanceof Element && at.closest("input, select, button, a, textarea, svg")) {
      if (event.key !== "Escape") return;
    }
    const onwards = getComputedStyle(this.line).direction === "rtl" ? -STEP : STEP;
    const acts: Record<string, () => void> = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.goto(this.minute - onwards),
      ArrowRight: () => this.goto(this.minute + onwards),
      Escape: () => this.leave(),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

const root = byId("control");
const state = byId("control-state");
if (root && state && !root.dataset["past"]) {
  const board = new Board(byId("control-live"), root.dataset["board"] ?? location.href);
  const room = new Room(root, state, board);
  room.connect();
  window.addEventListener("online", room.connect);
  const [form, day, time, speed, play, now, clock, line, failed, last] = [
    "replay", "replay-day", "replay-time", "replay-speed", "replay-play", "replay-now",
    "replay-clock", "replay-line", "replay-failed", "replay-last",
  ].map(byId);
  if (form && day && time && speed && play && now && clock && line && failed && last) {
    new Replay(
      room,
      board,
      form,
      day as HTMLInputElement,
      time as HTMLInputElement,
      speed as HTMLSelectElement,
      play as HTMLButtonElement,
      now as HTMLButtonElement,
      clock,
      line,
      failed,
      last,
    );
  }
} else if (state) {
  state.dataset["state"] = "past";
  state.textContent = state.dataset["past"] ?? "";
}
