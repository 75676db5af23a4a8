// The gate: takes bursts, the document portrait and active checks into the form's file fields, so
// that a shot and an uploaded file are sent in one and the same way; keeps what cannot be sent.
import { Camera, pause } from "./camera";
import { clearNotice, csrfToken } from "./htmx";
import { LateAnswers, Waiting } from "./waiting";

const BURST = [0, 0.15, 0.3, 0.45]; // seconds
const READING_MS = 1_500; // the person hears and reads what is asked before it begins
const AWAY = [502, 503, 504]; // a proxy whose centre is away

interface Challenge {
  challenge: string;
  capture: string;
  method: string;
  prompt: string;
  steps: { at: number; x: number }[];
}

function put(field: HTMLInputElement, own: File[]): void {
  const files = new DataTransfer();
  for (const file of own) files.items.add(file);
  field.files = files.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Shows what will be sent beside each file field, and refuses a file the server would refuse. */
function preview(field: HTMLInputElement): void {
  const image = document.querySelector<HTMLImageElement>(`img[data-preview="${field.name}"]`);
  const files = [...(field.files ?? [])];
  const limit = Number(field.dataset["limit"] ?? "0");
  const large = limit > 0 && files.some((file) => file.size > limit);
  field.setCustomValidity(large ? (field.dataset["large"] ?? "") : "");
  field.reportValidity();
  if (!image) return;
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
  const shown = files.find((file) => file.type.startsWith("image/"));
  image.hidden = !shown;
  if (shown) image.src = URL.createObjectURL(shown);
  else image.removeAttribute("src");
}

/** The live picture stays in the browser: the centre keeps it only behind a face hit. */
function showLive(answer: HTMLElement, live: HTMLInputElement): void {
  const source = document.querySelector<HTMLImageElement>(`img[data-preview="${live.name}"]`)?.src;
  if (!source) return;
  for (const image of answer.querySelectorAll<HTMLImageElement>("img[data-live]")) image.src = source;
}

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is asked of the person: the words below the camera's picture, the dot on it. */
class Asking {
  private readonly box: HTMLElement;
  private readonly prompt: HTMLElement;
  private readonly dot: HTMLElement;
  private readonly progress: HTMLProgressElement;
  private running: AbortController | undefined;

  constructor(private readonly root: HTMLElement) {
    this.box = root.querySelector<HTMLElement>("[data-asked]")!;
    this.prompt = root.querySelector<HTMLElement>("[data-prompt]")!;
    this.dot = root.querySelector<HTMLElement>("[data-dot]")!;
    this.progress = root.querySelector<HTMLProgressElement>("[data-progress]")!;
  }

  /** Shows what is asked, in place of the buttons; gives the signal that calls it off. */
  begin(own: Challenge): AbortSignal {
    this.running = new AbortController();
    this.show(true);
    this.prompt.textContent = own.prompt;
    this.dot.hidden = own.method !== "follow";
    this.look(0, 0);
    this.progress.max = own.steps.length;
    this.button("cancel").focus();
    return this.running.signal;
  }

  look(x: number, done: number): void {
    this.dot.dataset["x"] = String(x);
    this.progress.value = done;
  }

  cancel(): void {
    this.running?.abort();
  }

  end(): void {
    this.running = undefined;
    this.dot.hidden = true;
    this.prompt.textContent = "";
    this.show(false);
    this.button("active").focus();
  }

  private show(on: boolean): void {
    this.box.hidden = !on;
    this.root.toggleAttribute("data-asking", on);
    this.button("next").disabled = on;
  }

  private button(name: string): HTMLButtonElement {
    return this.root.querySelector<HTMLButtonElement>(`[data-gate="${name}"]`)!;
  }
}

function start(root: HTMLElement): void {
  const form = root.querySelector<HTMLFormElement>("form")!;
  const field = (name: string): HTMLInputElement =>
    form.querySelector<HTMLInputElement>(`input[name="${name}"]`)!;
  const [live, portrait] = [field("frames"), field("portrait")];
  const camera = new Camera(
    root,
    root.querySelector<HTMLVideoElement>("video")!,
    root.querySelector<HTMLElement>("[data-camera-message]")!,
  );
  const waiting = new Waiting(
    form.action,
    root.querySelector<HTMLElement>("[data-away]")!,
    new LateAnswers(root),
  );
  const asking = new Asking(root);
  let busy = false;

  /** What belongs to one capture alone must not go with the next. */
  const forget = (): void => {
    for (const own of form.querySelectorAll<HTMLInputElement>("input[data-once]")) own.value = "";
  };
  const once = async (step: () => Promise<void>): Promise<void> => {
    if (busy) return;
    busy = true;
    await step().finally(() => (busy = false));
  };
  const capture = async (): Promise<void> => {
    if (camera.on) {
      forget();
      field("taken_at").value = new Date().toISOString();
      const { files } = await camera.series(BURST);
      if (files.length === 0) return;
      put(live, files);
    }
    form.requestSubmit();
  };
  const active = async (): Promise<void> => {
    const response = await fetch("/gate/challenges", {
      method: "POST",
      headers: { "X-CSRF-Token": csrfToken(), Accept: "application/json" },
    }).catch(() => undefined);
    if (!response?.ok) return capture(); // away, or refused: the capture itself says so
    const own = (await response.json()) as Challenge;
    const off = asking.begin(own);
    const moments = own.steps.map((step) => step.at);
    const look = (n: number): void => asking.look(own.steps[n]!.x, n);
    await pause(READING_MS, off);
    forget();
    field("taken_at").value = new Date().toISOString();
    const { files, times } = await camera.series(moments, look, off).finally(() => asking.end());
    if (off.aborted || files.length === 0) return forget();
    field("id").value = own.capture;
    field("challenge").value = own.challenge;
    field("times").value = times.map((time) => time.toFixed(2)).join(",");
    put(live, files);
    form.requestSubmit();
  };

  const actions: Record<string, () => void> = {
    start: () => void camera.start(),
    stop: () => camera.stop(),
    capture: () => void once(capture),
    active: () => void once(active),
    cancel: () => asking.cancel(),
    portrait: () => void camera.shot().then((file) => file && put(portrait, [file])),
    next: () => {
      form.reset();
      forget();
      for (const own of [live, portrait]) preview(own);
      document.getElementById("answer")?.replaceChildren();
      clearNotice();
      form.querySelector<HTMLTextAreaElement>('[name="document"]')?.focus();
    },
  };
  root.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-gate]");
    actions[button?.dataset["gate"] ?? ""]?.();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") asking.cancel();
    const onControl =
      (event.target as HTMLElement).closest("input, select, textarea, button, a, summary") !== null;
    if (event.key !== " " || onControl || !camera.on) return;
    event.preventDefault();
    void once(capture);
  });
  form.addEventListener("change", (event) => {
    for (const own of [live, portrait]) if (event.target === own) preview(own);
  });
  form.addEventListener(
    "submit",
    () => {
      if (!field("id").value) field("id").value = newId();
      if (!field("taken_at").value) field("taken_at").value = new Date().toISOString();
    },
    { capture: true },
  );

  // The centre is away: the capture waits in this page, and the officer is told at once.
  const keep = (event: Event): void => {
    event.stopPropagation();
    const byHand = root.querySelector<HTMLTemplateElement>("template[data-by-hand]");
    document.getElementById("answer")?.replaceChildren(...(byHand ? [byHand.content.cloneNode(true)] : []));
    waiting.keep(form);
    forget();
  };
  form.addEventListener("htmx:sendError", keep);
  form.addEventListener("htmx:timeout", keep);
  form.addEventListener("htmx:responseError", forget);
  form.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>;
    if (!AWAY.includes(detail.xhr.status)) return;
    detail.shouldSwap = false;
    keep(event);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const target = (event as CustomEvent<{ target: HTMLElement }>).detail.target;
    if (target.id !== "answer") return;
    forget();
    showLive(target, live);
    // Beside the form the answer is in view already; below it, on a narrow screen, it is not.
    const { top } = target.getBoundingClientRect();
    if (top < 0 || top > window.innerHeight / 2) target.scrollIntoView({ behavior: "smooth" });
  });
  window.addEventListener("pagehide", () => camera.stop());
}

const root = document.getElementById("gate");
if (root) start(root);
