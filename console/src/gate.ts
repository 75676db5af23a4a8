// The gate's camera: takes the live picture or the document portrait into the form's file fields,
// so that a shot and an uploaded file are sent in one and the same way.
import { clearNotice } from "./htmx";

const SIDE = 1280; // the longer side of a shot, in pixels: enough for the face model, quick to send

class Camera {
  private stream: MediaStream | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly video: HTMLVideoElement,
    private readonly message: HTMLElement,
  ) {}

  async start(): Promise<void> {
    this.say("starting");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: SIDE }, height: { ideal: 720 } },
        audio: false,
      });
    } catch (error) {
      this.fail(error instanceof DOMException ? error.name : "");
      return;
    }
    for (const track of this.stream.getVideoTracks()) {
      track.addEventListener("ended", () => this.fail("NotReadableError"));
    }
    this.video.srcObject = this.stream;
    await this.video.play();
    this.root.dataset["camera"] = "on";
    this.message.textContent = "";
  }

  stop(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
    this.video.srcObject = null;
    this.root.dataset["camera"] = "off";
    this.say("off");
  }

  get on(): boolean {
    return this.stream !== undefined;
  }

  async shot(): Promise<File | undefined> {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (width === 0) return undefined;
    const scale = Math.min(1, SIDE / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d")?.drawImage(this.video, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.92));
    return blob ? new File([blob], "camera.jpg", { type: "image/jpeg" }) : undefined;
  }

  private fail(name: string): void {
    this.stream = undefined;
    this.root.dataset["camera"] = "off";
    if (name === "NotAllowedError" || name === "SecurityError") this.say("refused");
    else if (name === "NotFoundError" || name === "OverconstrainedError") this.say("missing");
    else this.say("failed");
  }

  private say(key: "starting" | "off" | "refused" | "missing" | "failed"): void {
    this.message.textContent = this.message.dataset[key] ?? "";
  }
}

function put(field: HTMLInputElement, file: File): void {
  const files = new DataTransfer();
  files.items.add(file);
  field.files = files.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Shows what will be sent beside each file field, and refuses a file the server would refuse. */
function preview(field: HTMLInputElement): void {
  const image = document.querySelector<HTMLImageElement>(`img[data-preview="${field.name}"]`);
  const file = field.files?.[0];
  const limit = Number(field.dataset["limit"] ?? "0");
  field.setCustomValidity(file && limit && file.size > limit ? (field.dataset["large"] ?? "") : "");
  field.reportValidity();
  if (!image) return;
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
  image.hidden = !file;
  if (file) image.src = URL.createObjectURL(file);
  else image.removeAttribute("src");
}

/** The live picture stays in the browser: the centre keeps it only behind a face hit. */
function showLive(answer: HTMLElement, live: HTMLInputElement): void {
  const source = document.querySelector<HTMLImageElement>(`img[data-preview="${live.name}"]`)?.src;
  if (!source) return;
  for (const image of answer.querySelectorAll<HTMLImageElement>("img[data-live]")) image.src = source;
}

function start(root: HTMLElement): void {
  const form = root.querySelector<HTMLFormElement>("form")!;
  const live = form.querySelector<HTMLInputElement>('input[name="live"]')!;
  const portrait = form.querySelector<HTMLInputElement>('input[name="portrait"]')!;
  const camera = new Camera(
    root,
    root.querySelector<HTMLVideoElement>("video")!,
    root.querySelector<HTMLElement>("[data-camera-message]")!,
  );

  const take = async (field: HTMLInputElement): Promise<boolean> => {
    const file = await camera.shot();
    if (file) put(field, file);
    return file !== undefined;
  };
  const capture = async (): Promise<void> => {
    if (camera.on && !(await take(live))) return;
    form.requestSubmit();
  };

  const actions: Record<string, () => void> = {
    start: () => void camera.start(),
    stop: () => camera.stop(),
    capture: () => void capture(),
    portrait: () => void take(portrait),
    next: () => {
      form.reset();
      for (const field of [live, portrait]) preview(field);
      document.getElementById("answer")?.replaceChildren();
      clearNotice();
      form.querySelector<HTMLInputElement>('input[name="document"]')?.focus();
    },
  };
  root.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-gate]");
    actions[button?.dataset["gate"] ?? ""]?.();
  });
  document.addEventListener("keydown", (event) => {
    const onControl =
      (event.target as HTMLElement).closest("input, select, textarea, button, a, summary") !== null;
    if (event.key !== " " || onControl || !camera.on) return;
    event.preventDefault();
    void capture();
  });
  form.addEventListener("change", (event) => {
    for (const field of [live, portrait]) if (event.target === field) preview(field);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = (event as CustomEvent<{ target: HTMLElement }>).detail.target;
    if (target.id !== "answer") return;
    showLive(target, live);
    // Beside the form the answer is in view already; below it, on a narrow screen, it is not.
    const { top } = target.getBoundingClientRect();
    if (top < 0 || top > window.innerHeight / 2) target.scrollIntoView({ behavior: "smooth" });
  });
  window.addEventListener("pagehide", () => camera.stop());
}

const root = document.getElementById("gate");
if (root) start(root);
