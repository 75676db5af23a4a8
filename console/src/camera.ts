// The camera of a gate: single shots, bursts, and series that were asked for moment by moment.

const SIDE = 1280; // the longer side of a shot, in pixels: enough for the face model, quick to send
const QUALITY = 0.92;

/** Waits, unless it is called off meanwhile. */
export const pause = (ms: number, off?: AbortSignal): Promise<void> =>
  new Promise((done) => {
    const timer = window.setTimeout(done, Math.max(0, ms));
    off?.addEventListener("abort", () => {
      window.clearTimeout(timer);
      done();
    });
  });

export class Camera {
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

  /** What the camera sees now; the encoding goes on after the moment is caught. */
  async shot(name = "camera.jpg"): Promise<File | undefined> {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (width === 0) return undefined;
    const scale = Math.min(1, SIDE / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d")?.drawImage(this.video, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return blob ? new File([blob], name, { type: "image/jpeg" }) : undefined;
  }

  /** Shots so many seconds after now, until it is called off; gives them and when each was really
   * taken. */
  async series(
    moments: readonly number[],
    before?: (index: number) => void,
    off?: AbortSignal,
  ): Promise<{ files: File[]; times: number[] }> {
    const begin = performance.now();
    const taken: Promise<File | undefined>[] = [];
    const times: number[] = [];
    for (const [index, moment] of moments.entries()) {
      before?.(index);
      await pause(begin + moment * 1000 - performance.now(), off);
      if (off?.aborted) break;
      times.push((performance.now() - begin) / 1000);
      taken.push(this.shot(`frame-${index + 1}.jpg`));
    }
    const files = (await Promise.all(taken)).filter((file) => file !== undefined);
    return { files, times };
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
