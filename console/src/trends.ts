// Charts as pictures: the drawing that the page shows, with the colours it is shown in, as PNG.
//
// The picture is made here, so that nobody else has to draw it again and nothing leaves the page.
import { htmx } from "./htmx";

/** Twice as many dots as on the page, for paper. */
const SCALE = 2;
const PAD = 24;
const STYLES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-opacity",
  "opacity",
  "font-size",
  "font-weight",
  "font-family",
  "text-anchor",
];

/** A copy that looks the same without the page's styles. */
function alone(source: SVGElement): SVGElement {
  const copy = source.cloneNode(true) as SVGElement;
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  const sources = [source, ...source.querySelectorAll<SVGElement>("*")];
  sources.forEach((own, place) => {
    const shown = getComputedStyle(own);
    for (const name of STYLES) {
      copies[place]?.setAttribute(name, shown.getPropertyValue(name));
    }
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return copy;
}

async function picture(source: SVGElement, title: string): Promise<Blob | null> {
  const box = source.getBoundingClientRect();
  const copy = alone(source);
  copy.setAttribute("width", String(box.width * SCALE));
  copy.setAttribute("height", String(box.height * SCALE));
  const address = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }),
  );
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = (box.width + 2 * PAD) * SCALE;
    canvas.height = (box.height + 3 * PAD) * SCALE;
    const brush = canvas.getContext("2d");
    if (!brush) return null;
    const shown = getComputedStyle(source.closest(".panel") ?? document.body);
    brush.fillStyle = shown.backgroundColor;
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.fillStyle = shown.color;
    brush.font = `600 ${14 * SCALE}px ${shown.fontFamily}`;
    brush.direction = document.dir === "rtl" ? "rtl" : "ltr";
    brush.fillText(title, (document.dir === "rtl" ? PAD + box.width : PAD) * SCALE, PAD * SCALE);
    brush.drawImage(image, PAD * SCALE, 1.75 * PAD * SCALE);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function save(button: HTMLElement): Promise<void> {
  const source = button.closest("section")?.querySelector<SVGElement>("svg[data-picture]");
  if (!source) return;
  const heading = button.closest("section")?.querySelector("h2")?.textContent?.trim() ?? "";
  const made = await picture(source, `${heading} · ${button.dataset.chartTitle ?? ""}`);
  if (!made) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(made);
  link.download = button.dataset.chartPng ?? "chart.png";
  link.click();
  URL.revokeObjectURL(link.href);
}

function startAll(within: ParentNode): void {
  for (const own of within.querySelectorAll<HTMLElement>("[data-chart-png]")) {
    if (own.dataset.started) continue;
    own.dataset.started = "yes";
    own.hidden = false;
    own.addEventListener("click", () => void save(own));
  }
}

startAll(document);
htmx.onLoad(() => startAll(document));
