// HTMX under a strict content security policy, with the session's anti-forgery token.
import htmx from "htmx.org";

export { htmx };

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

export function clearNotice(): void {
  for (const place of document.querySelectorAll("#notice, [data-refusal]")) place.replaceChildren();
}

export function startHtmx(): void {
  // No eval and no inline style: the policy refuses both.
  htmx.config.allowEval = false;
  htmx.config.includeIndicatorStyles = false;
  htmx.config.selfRequestsOnly = true;
  htmx.config.historyCacheSize = 0; // personal data must not be kept in the browser's storage
  htmx.config.scrollIntoViewOnBoost = false;
  // Its own list has "style": copying one (of a text field that was drawn larger, say) onto what
  // comes in is an inline style, which the policy refuses.
  htmx.config.attributesToSettle = ["class"];
  htmx.config.responseHandling = [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    // What went wrong is shown above the page, which stays as it was.
    { code: "...", swap: true, error: true, target: "#notice", swapOverride: "innerHTML", select: "#notice > *" },
  ];

  // What is typed into a filter is asked for as it is typed: asked for once more when the field is
  // left, the list would be drawn anew under the hand of whoever moves in it already.
  document.addEventListener(
    "change",
    (event) => {
      if ((event.target as Element).matches("[data-filter-text]")) event.stopPropagation();
    },
    { capture: true },
  );

  // A form far down a page has a place of its own for it (`data-refusal`).
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event as CustomEvent<{
      isError: boolean;
      target: Element;
      requestConfig: { elt: Element };
    }>;
    const form = detail.requestConfig.elt;
    const own = form.querySelector("[data-refusal]");
    if (own && detail.isError) detail.target = own;
    // The page behind a dialog shows what became of the step; what was typed is done with.
    const dialog = own && form.closest("dialog");
    if (dialog && !detail.isError && form instanceof HTMLFormElement) {
      form.reset();
      dialog.close();
    }
  });

  // A form that htmx sends is never sent to its dialog, so that its "Cancel" would do nothing.
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest('button[formmethod="dialog"]');
    button?.closest("dialog")?.close();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const { detail } = event as CustomEvent<{ verb: string; headers: Record<string, string> }>;
    if (detail.verb !== "get") detail.headers["X-CSRF-Token"] = csrfToken();
  });

  // What was said of the step before does not hold for this one; a check while somebody types
  // (`data-check`) is no step, and comes later than the refusal that he has to read.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { detail } = event as CustomEvent<{ elt: HTMLElement; requestConfig: { verb: string } }>;
    if (detail.requestConfig.verb !== "get" && !("check" in detail.elt.dataset)) clearNotice();
  });

  // An answer that still stands would seem to be that of the question that was refused.
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, (event) => {
      const { detail } = event as CustomEvent<{ elt: HTMLElement }>;
      const place = detail.elt.dataset["answer"];
      if (place) document.getElementById(place)?.replaceChildren();
    });
  }

  document.addEventListener("htmx:sendError", () => {
    const text = document.body.dataset["offline"];
    const place = document.getElementById("notice");
    if (!text || !place) return;
    const box = document.createElement("div");
    box.className = "notice red";
    box.setAttribute("role", "alert");
    box.textContent = text;
    place.replaceChildren(box);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const { detail } = event as CustomEvent<{ target: HTMLElement }>;
    const { target } = detail;
    if (target.id === "notice" || "refusal" in target.dataset) target.scrollIntoView({ block: "nearest" });
  });
}
