// The report on a tablet: kept in the browser at every change, sent and signed when the centre can
// be reached, and then taken off the tablet.
import { csrfToken } from "./htmx";
import { forget, keep, load, type Draft } from "./tablet-store";
import { post, signed } from "./webauthn";

const LONGEST = 1600; // pixels of a picture's longer side, which is enough to read a label
const QUALITY = 0.85;
const AGAIN_MS = 15_000;
const AWAY = [502, 503, 504]; // a proxy whose centre is away
const UNKEPT = new Set(["password"]);
const AGREEMENT = "/account/passkeys/agreement";

type Kind = "empty" | "kept" | "offline" | "waiting" | "password" | "sending" | "sent" | "failed" | "unkept";

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The picture upright and no larger than it must be; as it is, where the browser cannot read it. */
async function shrunk(file: File): Promise<Blob> {
  const image = await createImageBitmap(file).catch(() => undefined);
  if (!image) return file;
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return made ?? file;
}

/** The JSON that the API takes (`ReportIn`), from the form's fields. */
function told(form: HTMLFormElement, draft: Draft): string {
  const data = new FormData(form);
  const text = (name: string): string => String(data.get(name) ?? "").trim();
  const each = (prefix: string): [string, string][] =>
    [...data.keys()]
      .filter((name) => name.startsWith(`${prefix}:`))
      .map((name) => [name.slice(prefix.length + 1), text(name)]);
  const column = (name: string): string[] => data.getAll(name).map((own) => String(own).trim());
  const money = (amount: string, currency: string): object | null =>
    amount ? { amount, currency } : null;
  const [descriptions, quantities, measures, values, currencies, chapters, hidden] = [
    "description", "quantity", "measure", "value", "value_currency", "chapter", "concealment",
  ].map(column) as [string[], string[], string[], string[], string[], string[], string[]];
  return JSON.stringify({
    client_id: draft.client,
    outcome: text("outcome"),
    note: text("note"),
    written_at: draft.writtenAt,
    checks: each("check")
      .filter(([, answer]) => answer)
      .map(([point, answer]) => ({ point, answer, note: text(`check-note:${point}`) })),
    counted: each("quantity")
      .map(([ordinal, quantity]) => ({
        ordinal: Number(ordinal),
        quantity: quantity || null,
        net_kg: text(`net:${ordinal}`) ? Number(text(`net:${ordinal}`)) : null,
        hs_code: text(`code:${ordinal}`),
        note: text(`item-note:${ordinal}`),
      }))
      .filter((own) => own.quantity || own.net_kg !== null || own.hs_code || own.note),
    samples: each("sample-number")
      .filter(([, number]) => number)
      .map(([line, number]) => ({
        number,
        seal: text(`sample-seal:${line}`),
        what: text(`sample-what:${line}`),
      })),
    details: {
      seizures: column("commodity")
        .map((commodity, row) => ({
          commodity,
          description: descriptions[row],
          quantity: quantities[row] || null,
          measure: measures[row],
          worth: money(values[row] ?? "", currencies[row] ?? ""),
          chapter: chapters[row] ? Number(chapters[row]) : null,
          concealment: hidden[row],
        }))
        .filter((own) => own.commodity),
      penalty: money(text("penalty"), text("penalty_currency")),
      legal_reference: text("legal_reference"),
      place: text("place"),
    },
  });
}

class Report {
  private readonly form: HTMLFormElement;
  private readonly state: HTMLElement;
  private readonly shots: HTMLElement;
  private readonly password: HTMLInputElement;
  private draft: Draft;
  private timer = 0;
  private busy = false;
  private byPasskey = false;
  private sent = false;
  private kept: Promise<void> = Promise.resolve();

  constructor(private readonly root: HTMLElement) {
    this.form = root.querySelector<HTMLFormElement>("form[data-report]")!;
    this.state = root.querySelector<HTMLElement>("[data-state]")!;
    this.shots = root.querySelector<HTMLElement>("[data-shots]")!;
    this.password = this.form.querySelector<HTMLInputElement>('input[name="password"]')!;
    const key = `${root.dataset["user"]}/${root.dataset["order"]}`;
    this.draft = { key, client: newId(), fields: [], pictures: [], finished: false, writtenAt: "" };
  }

  async start(): Promise<void> {
    const known = await load(this.draft.key).catch(() => undefined);
    if (known) this.restore(known);
    this.say(known ? (known.finished ? "password" : "kept") : "empty");
    this.form.addEventListener("input", (event) => this.changed(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.finish();
    });
    this.signsBy("[data-by-password]", false);
    this.signsBy("[data-by-passkey]", true);
    for (const field of this.root.querySelectorAll<HTMLInputElement>("[data-picture]")) {
      field.addEventListener("change", () => void this.add(field));
    }
    window.addEventListener("online", () => void this.again());
    window.addEventListener("offline", () => this.say(this.draft.finished ? "waiting" : "offline"));
    window.setInterval(() => void this.again(), AGAIN_MS);
    // A page that goes away takes what was typed in the last moment with it, unless it is kept now.
    window.addEventListener("pagehide", () => this.flush());
    this.root.dataset["ready"] = "";
  }

  // --- keeping ----------------------------------------------------------------------------------

  private restore(known: Draft): void {
    this.draft = known;
    const places = new Map<string, number>();
    for (const [name, value] of known.fields) {
      const fields = [...this.form.elements].filter(
        (own): own is HTMLInputElement => own.getAttribute("name") === name,
      );
      if (fields[0]?.type === "radio") {
        for (const own of fields) own.checked = own.value === value;
        continue;
      }
      const place = places.get(name) ?? 0;
      places.set(name, place + 1);
      const field = fields[place];
      if (field) field.value = value;
    }
    this.draw();
  }

  private changed(event: Event): void {
    const field = event.target as HTMLInputElement;
    if (UNKEPT.has(field.name) || "picture" in field.dataset) return;
    this.draft.finished = false; // it says something else now: it has to be signed again
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(), 300);
  }

  private flush(): void {
    if (this.sent) return;
    window.clearTimeout(this.timer);
    const data = [...new FormData(this.form)].filter(
      (own): own is [string, string] => typeof own[1] === "string" && !UNKEPT.has(own[0]),
    );
    this.draft.fields = data;
    const said = (): void => {
      if (!this.draft.finished && !this.sent) this.say(navigator.onLine ? "kept" : "offline");
    };
    this.kept = keep(this.draft).then(said, () => this.say("unkept"));
  }

  private async add(field: HTMLInputElement): Promise<void> {
    const files = [...(field.files ?? [])];
    field.value = "";
    for (const file of files) {
      if (this.draft.pictures.length >= Number(this.root.dataset["most"])) {
        this.say("failed", this.root.dataset["many"]);
        return;
      }
      this.draft.pictures.push(await shrunk(file));
    }
    this.draft.finished = false;
    this.draw();
    this.flush();
  }

  private draw(): void {
    for (const image of this.shots.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.shots.replaceChildren(
      ...this.draft.pictures.map((picture, place) => {
        const figure = document.createElement("figure");
        const image = document.createElement("img");
        image.src = URL.createObjectURL(picture);
        image.alt = String(place + 1);
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button";
        button.textContent = "×";
        button.setAttribute("aria-label", this.root.dataset["remove"] ?? "");
        button.addEventListener("click", () => {
          this.draft.pictures.splice(place, 1);
          this.draft.finished = false;
          this.draw();
          this.flush();
        });
        figure.append(image, button);
        return figure;
      }),
    );
  }

  private say(kind: Kind, detail?: string): void {
    this.state.dataset["kind"] = kind === "password" || kind === "unkept" ? "waiting" : kind;
    const text = this.root.dataset[kind] ?? "";
    this.state.textContent = detail ? `${kind === "failed" ? text : ""} ${detail}`.trim() : text;
  }

  // --- sending ----------------------------------------------------------------------------------

  private async finish(): Promise<void> {
    this.draft.finished = true;
    this.draft.writtenAt = new Date().toISOString();
    this.flush();
    await this.kept;
    await this.send();
  }

  /** Before the form is checked: whose button it was says whether it needs the password. */
  private signsBy(button: string, passkey: boolean): void {
    this.form.querySelector(button)?.addEventListener("click", () => {
      this.byPasskey = passkey;
      this.password.required = !passkey;
    });
  }

  /** Tries once more what could not be sent; without the password nobody can. */
  private async again(): Promise<void> {
    if (!this.draft.finished || this.sent) return;
    if (this.password.value) await this.send();
    else this.say("password");
  }

  private async send(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.say("sending");
    const body = new FormData();
    body.set("report", told(this.form, this.draft));
    if (!(await this.sign(body))) return;
    this.draft.pictures.forEach((own, place) => body.append("pictures", own, `${place + 1}.jpg`));
    const response = await fetch(this.root.dataset["send"] ?? "", {
      method: "POST",
      headers: { "X-CSRF-Token": csrfToken(), Accept: "application/json" },
      body,
    }).catch(() => undefined);
    this.busy = false;
    if (!response || AWAY.includes(response.status)) this.say("waiting");
    else if (response.ok) await this.done();
    else await this.refused(response);
  }

  /** Puts the signature to what is sent; a passkey's is asked for anew each time. */
  private async sign(body: FormData): Promise<boolean> {
    if (!this.byPasskey) {
      body.set("password", this.password.value);
      return true;
    }
    try {
      body.set("passkey", JSON.stringify(await signed(await post(AGREEMENT, {}))));
      return true;
    } catch {
      this.busy = false;
      this.say("waiting");
      return false;
    }
  }

  private async done(): Promise<void> {
    this.sent = true;
    this.password.value = "";
    this.say("sent");
    await forget(this.draft.key).catch(() => undefined);
    window.location.assign(this.root.dataset["done"] ?? "/examinations");
  }

  private async refused(response: Response): Promise<void> {
    this.draft.finished = false;
    this.password.value = "";
    const problem = (await response.json().catch(() => ({}))) as { detail?: string };
    const over = response.status === 401 && !(await this.signedIn());
    this.flush();
    await this.kept;
    this.say("failed", over ? this.root.dataset["session"] : (problem.detail ?? ""));
  }

  /** Whether the session still holds: a page leads elsewhere when it does not. */
  private async signedIn(): Promise<boolean> {
    const page = await fetch("/account", { redirect: "manual" }).catch(() => undefined);
    return page?.ok ?? true;
  }
}

/** Keeps the page itself, so that a reload without a connection finds it. */
async function keepPage(): Promise<void> {
  if (!("serviceWorker" in navigator) || !("caches" in window)) return;
  const controlled = navigator.serviceWorker.controller !== null;
  await navigator.serviceWorker.register("/examinations/worker.js");
  if (controlled) return; // the worker kept what it fetched
  const loaded = performance
    .getEntriesByType("resource")
    .map((own) => own.name)
    .filter((name) => new URL(name).pathname.startsWith("/static/"));
  const cache = await caches.open("parakh-tablet");
  await cache.addAll([window.location.href, ...new Set(loaded)]);
}

const root = document.getElementById("tablet");
if (root) {
  void new Report(root).start();
  keepPage().catch(() => undefined); // without it the open page goes on all the same
}
