// Captures that could not be sent wait in this page's memory, and nowhere else: closing the page
// forgets them, so that it asks first. They go in the order in which they were taken, each with its
// moment and identifier, under which the centre records it once however often it comes.
import { csrfToken, htmx } from "./htmx";

const EVERY_MS = 5_000;
const MOST = 50; // a burst has some 2 MB

interface Kept {
  data: FormData;
  at: Date;
}

/** One line each, closed, apart from the answer to the person who stands here; the officer puts
 * each away. */
export class LateAnswers {
  private readonly box: HTMLElement;
  private readonly list: HTMLElement;
  private readonly link: HTMLElement;
  private readonly one: HTMLTemplateElement;
  private count = 0;

  constructor(root: HTMLElement) {
    this.box = root.querySelector<HTMLElement>("[data-late]")!;
    this.list = root.querySelector<HTMLElement>("[data-late-answers]")!;
    this.link = root.querySelector<HTMLElement>("[data-late-link]")!;
    this.one = root.querySelector<HTMLTemplateElement>("template[data-late-one]")!;
  }

  add(texts: { when: string; said: string; whose: string }, colour: string, content: Element[]): HTMLElement {
    const own = this.one.content.firstElementChild!.cloneNode(true) as HTMLElement;
    for (const [name, text] of Object.entries(texts)) {
      own.querySelector(`[data-${name}]`)!.textContent = text;
    }
    if (colour) own.querySelector("[data-said]")!.classList.add(colour);
    own.querySelector("details")!.append(...content);
    this.rename(own);
    own.querySelector("[data-dealt]")!.addEventListener("click", () => {
      for (const image of own.querySelectorAll<HTMLImageElement>("img[data-live]")) {
        URL.revokeObjectURL(image.src);
      }
      const next = (own.nextElementSibling ?? own.previousElementSibling)?.querySelector("summary");
      own.remove();
      this.show();
      next?.focus();
    });
    this.list.prepend(own);
    this.show();
    return own;
  }

  /** Several answers stand on one page: what names a part of one must not name that of another. */
  private rename(own: HTMLElement): void {
    this.count += 1;
    for (const part of own.querySelectorAll("[id]")) part.id += `-${this.count}`;
    for (const part of own.querySelectorAll("[aria-labelledby]")) {
      part.setAttribute("aria-labelledby", `${part.getAttribute("aria-labelledby")}-${this.count}`);
    }
  }

  private show(): void {
    const number = this.list.childElementCount;
    this.box.hidden = this.link.hidden = number === 0;
    this.link.querySelector("[data-late-count]")!.textContent = String(number);
  }
}

export class Waiting {
  private readonly kept: Kept[] = [];
  private sending = false;

  constructor(
    private readonly path: string,
    private readonly notice: HTMLElement,
    private readonly late: LateAnswers,
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
    const data = new FormData(form);
    this.kept.push({ data, at: new Date(String(data.get("taken_at"))) });
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
    const answer = parsed.querySelector<HTMLElement>("[data-answer]");
    const typed = String(own.data.get("document") ?? "").trim();
    const texts = {
      when: (this.notice.dataset["taken"] ?? "").replace("{time}", this.time(own.at)),
      said: answer?.dataset["advice"] ?? this.notice.dataset["refused"] ?? "",
      whose: answer?.dataset["whose"] || typed || (this.notice.dataset["nobody"] ?? ""),
    };
    const colour = answer ? (answer.dataset["colour"] ?? "") : "red";
    const box = this.late.add(texts, colour, [...parsed.body.children]);
    const first = own.data.get("frames");
    if (first instanceof File) {
      for (const image of box.querySelectorAll<HTMLImageElement>("img[data-live]")) {
        image.src = URL.createObjectURL(first);
      }
    }
    htmx.process(box);
    return true;
  }

  /** As all times on these pages: of 24 hours, in the centre's time zone. */
  private time(at: Date): string {
    const timeZone = this.notice.dataset["zone"];
    const parts: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
    return at.toLocaleTimeString(document.documentElement.lang, { ...parts, hourCycle: "h23", timeZone });
  }

  private show(more = ""): void {
    this.notice.hidden = this.kept.length === 0;
    const count = this.notice.querySelector("[data-count]");
    const waits = (this.notice.dataset["waits"] ?? "").replace("{number}", String(this.kept.length));
    if (count) count.textContent = `${waits} ${more}`.trim();
  }
}
