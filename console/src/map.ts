// A map of places and ways, drawn from shapes that come with the console (Natural Earth, by
// world-atlas): nothing is asked of anybody outside, so nobody learns where an officer looks.
//
// The element says in `data-map` what is shown; everything that it shows stands in a table beside
// it. Places are links, so that Tab and Enter reach them; arrow keys, + and - move the map.
import { geoCentroid, geoMercator, geoPath } from "d3-geo";
import type { GeoPermissibleObjects } from "d3-geo";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

import { htmx } from "./htmx";

type Place = [number, number];

interface Point {
  at: Place;
  title: string;
  href: string;
  look: string;
}

interface Stop {
  at?: Place;
  country?: string;
  name: string;
}

interface Route {
  stops: Stop[];
  title: string;
  href: string;
  weight: number;
}

interface Shown {
  /** So many degrees are shown around places. */
  around: number;
  points: Point[];
  routes: Route[];
}

interface View {
  x: number;
  y: number;
  width: number;
  height: number;
}

type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

const WIDTH = 960;
const HEIGHT = 480;
const PAD = 60;
const LEAST = 18;
const RADIUS = 6;
const STEP = 0.15;

let world: Promise<World> | undefined;

const shapes = (): Promise<World> => {
  world ??= import("world-atlas/countries-50m.json").then((own) => own.default as unknown as World);
  return world;
};

const svg = (name: string, attributes: Record<string, string>): SVGElement => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

function titled(made: SVGElement, title: string): SVGElement {
  const text = svg("title", {});
  text.textContent = title;
  made.append(text);
  return made;
}

function linked(made: SVGElement, title: string, href: string): SVGElement {
  if (!href) return titled(made, title);
  const link = svg("a", { href, "aria-label": title });
  link.append(titled(made, title));
  return link;
}

/** Where each stop is; a country is at its middle. */
function placed(topology: World, routes: Route[]): Map<Route, Place[]> {
  const middles = new Map<string, Place>();
  for (const own of feature(topology, topology.objects.countries).features) {
    middles.set(String(own.id), geoCentroid(own));
  }
  const at = (stop: Stop): Place | undefined => stop.at ?? middles.get(stop.country ?? "");
  return new Map(
    routes.map((route) => [route, route.stops.map(at).filter((one) => one !== undefined)]),
  );
}

/** Everything shown, with a margin of degrees where it would be a single place. */
function bounds(points: Place[], around: number): GeoPermissibleObjects {
  const wide = points.flatMap(([east, north]): Place[] => [
    [east - around, Math.max(-80, north - around / 2)],
    [east + around, Math.min(80, north + around / 2)],
  ]);
  return { type: "MultiPoint", coordinates: wide };
}

class Drawn {
  private readonly svg: SVGElement;
  private readonly marks: SVGElement[] = [];
  private view: View = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
  private drag: { x: number; y: number } | undefined;

  constructor(
    private readonly canvas: HTMLElement,
    topology: World,
    shown: Shown,
    label: string,
  ) {
    const ways = placed(topology, shown.routes);
    const places = [...shown.points.map((own) => own.at), ...[...ways.values()].flat()];
    const projection = geoMercator().fitExtent(
      [[PAD, PAD], [WIDTH - PAD, HEIGHT - PAD]],
      bounds(places, shown.around),
    );
    const path = geoPath(projection);
    this.svg = svg("svg", { tabindex: "0", role: "group", "aria-label": label });
    const land = feature(topology, topology.objects.land);
    const borders = mesh(topology, topology.objects.countries, (a, b) => a !== b);
    this.svg.append(
      svg("path", { class: "land", d: path(land) ?? "" }),
      svg("path", { class: "borders", d: path(borders) ?? "" }),
    );
    for (const [route, stops] of ways) {
      const line = path({ type: "LineString", coordinates: stops });
      if (line) {
        this.svg.append(
          linked(
            svg("path", { class: route.weight ? `way flow w${route.weight}` : "way", d: line }),
            route.title,
            route.href,
          ),
        );
      }
      const end = stops.length > 1 ? projection(stops[stops.length - 1] as Place) : null;
      if (end) this.mark("end", end, route.title, route.href);
    }
    for (const point of shown.points) {
      const at = projection(point.at);
      if (at) this.mark(point.look, at, point.title, point.href);
    }
    this.show();
    this.listen();
    canvas.replaceChildren(this.svg);
    new ResizeObserver(() => this.show()).observe(canvas);
  }

  zoom(factor: number): void {
    const width = Math.min(WIDTH * 2, Math.max(LEAST, this.view.width / factor));
    const height = (width / WIDTH) * HEIGHT;
    this.view = {
      x: this.view.x + (this.view.width - width) / 2,
      y: this.view.y + (this.view.height - height) / 2,
      width,
      height,
    };
    this.show();
  }

  fit(): void {
    this.view = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
    this.show();
  }

  private mark(look: string, [x, y]: Place, title: string, href: string): void {
    const circle = svg("circle", { class: look, cx: x.toFixed(2), cy: y.toFixed(2) });
    this.marks.push(circle);
    this.svg.append(linked(circle, title, href));
  }

  private move(across: number, down: number): void {
    this.view.x += across;
    this.view.y += down;
    this.show();
  }

  /** Marks keep their size however close the map is. */
  private show(): void {
    const { x, y, width, height } = this.view;
    this.svg.setAttribute("viewBox", [x, y, width, height].map((own) => own.toFixed(2)).join(" "));
    const radius = ((RADIUS * width) / (this.canvas.clientWidth || WIDTH)).toFixed(3);
    for (const own of this.marks) own.setAttribute("r", radius);
  }

  private listen(): void {
    const step = (): number => this.view.width * STEP;
    const keys: Record<string, () => void> = {
      ArrowLeft: () => this.move(-step(), 0),
      ArrowRight: () => this.move(step(), 0),
      ArrowUp: () => this.move(0, -step()),
      ArrowDown: () => this.move(0, step()),
      "+": () => this.zoom(1.6),
      "=": () => this.zoom(1.6),
      "-": () => this.zoom(0.625),
      "0": () => this.fit(),
    };
    this.svg.addEventListener("keydown", (event) => {
      const act = keys[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
    this.svg.addEventListener("pointerdown", (event) => {
      this.drag = { x: event.clientX, y: event.clientY };
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!this.drag || !(event.buttons & 1)) return;
      const scale = this.view.width / this.canvas.clientWidth;
      this.move((this.drag.x - event.clientX) * scale, (this.drag.y - event.clientY) * scale);
      this.drag = { x: event.clientX, y: event.clientY };
    });
    this.svg.addEventListener("pointerup", () => {
      this.drag = undefined;
    });
  }
}

async function start(element: HTMLElement): Promise<void> {
  const canvas = element.querySelector<HTMLElement>("[data-map-canvas]");
  const text = element.dataset.map;
  if (!canvas || !text || element.dataset.mapDrawn) return;
  element.dataset.mapDrawn = "yes";
  const shown = JSON.parse(text) as Shown;
  const drawn = new Drawn(canvas, await shapes(), shown, element.getAttribute("aria-label") ?? "");
  for (const button of element.querySelectorAll<HTMLElement>("[data-map-zoom]")) {
    button.addEventListener("click", () => drawn.zoom(Number(button.dataset.mapZoom)));
  }
  element.querySelector("[data-map-fit]")?.addEventListener("click", () => drawn.fit());
}

function startAll(within: ParentNode): void {
  for (const own of within.querySelectorAll<HTMLElement>("[data-map]")) void start(own);
}

startAll(document);
htmx.onLoad(() => startAll(document));
