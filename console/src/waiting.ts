// Captures that could not be sent wait in this page's memory, and nowhere else: closing the page
// forgets them, so that it asks first. They go in the order in which they were taken, each with its
// moment and identifier, under which the centre records it once however often it comes.
import { csrfToken, htmx } from "./htmx";

const EVERY_MS = 5_000;
const MOST = 50; // a burst has some 2 MB

interface Kept {
  data: FormData;
  at: string;
}

export class Waiting {
  private readonly kept: Kept[] = [];
  private sending = false;

  constructor(
    private readonly path: string,
    private readonly notice: HTMLElement,
    private readonly answers: HTMLElement,
  ) {
    window.setInterval(() => void this.send(), EVERY_MS);
    window.addEventListener("online", () => void this.send());
    window.addEventListener("beforeunload", (event) => {
      if (this.kept.length > 0) event.preventDefault();
    });
  }

  /** Keeps a capture; beyond what the page can hold it says so instead. */
  keep(form: HTMLFormElement): void {
    if (this.kept.length >= MOST) {
      this.show(this.notice.dataset["full"]);
      return;
    }
    const at = new Date().toLocaleTimeString(document.documentElement.lang, { timeStyle: "medium" });
    this.kept.push({ data: new FormData(form), at });
    this.show();
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      while (this.kept.length > 0 && (await this.sendOne(this.kept[0]!))) this.kept.shift();
    } finally {
      this.sending = false;
      this.show();
    }
  }

  /** Sends one; gives whether the centre has said what it has to say of it. */
  private async sendOne(own: Kept): Promise<boolean> {
    const response = await fetch(this.path, {
      method: "POST",
      body: own.data,
      headers: { "HX-Request": "true", "X-CSRF-Token": csrfToken() },
    }).catch(() => undefined);
    if (response === undefined || response.status >= 500) return false;
    if (response.headers.has("hx-redirect")) {
      this.show(this.notice.dataset["signedOut"]);
      return false;
    }
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    const text = response.ok ? this.notice.dataset["late"] : this.notice.dataset["refused"];
    const box = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = (text ?? "").replace("{time}", own.at);
    box.append(summary, ...parsed.body.children);
    const first = own.data.get("frames");
    if (first instanceof File) {
      for (const image of box.querySelectorAll<HTMLImageElement>("img[data-live]")) {
        image.src = URL.createObjectURL(first);
      }
    }
    box.open = this.answers.childElementCount === 0;
    this.answers.prepend(box);
    htmx.process(box);
    return true;
  }

  private show(more = ""): void {
    this.notice.hidden = this.kept.length === 0;
    const count = this.notice.querySelector("[data-count]");
    const waits = (this.notice.dataset["waits"] ?? "").replace("{number}", String(this.kept.length));
    if (count) count.textContent = `${waits} ${more}`.trim();
  }
}
