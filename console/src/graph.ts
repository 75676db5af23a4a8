// The graph of links: who shares what with whom, around one person, grown on click.
//
// The server writes the web as tables, and beside them what is drawn (`data-graph`). Each growth
// replaces both; persons who were there keep their place. The canvas is for the eye and the pointer;
// for the keyboard and screen readers a button lies over each person.
import cytoscape from "cytoscape";
import type { Core, EdgeSingular, ElementDefinition, NodeSingular } from "cytoscape";

import { htmx } from "./htmx";

interface Person {
  id: string;
  name: string;
  hops: number;
  look: "start" | "person" | "suspect" | "goods" | "unseen";
}

interface Value {
  token: string;
  word: string;
  look: "identity" | "reach" | "home" | "travel";
  hub: boolean;
  persons: string[];
  strength: number;
}

interface Web {
  start: string;
  nodes: Person[];
  values: Value[];
}

const SHAPES: Record<string, string> = {
  start: "round-rectangle",
  person: "ellipse",
  suspect: "octagon",
  goods: "rectangle",
  unseen: "ellipse",
  value: "diamond",
  hub: "hexagon",
};
const DASHES: Record<string, number[]> = {
  identity: [1],
  reach: [8, 5],
  home: [2, 4],
  travel: [12, 4, 2, 4],
};
const LONGEST = 22;

const shorter = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;

/** The colours of the legend, which the styles choose for light and dark. */
function colours(look: string): { line: string; ground: string } {
  const sample = document.querySelector(`.lk-${look}`);
  const style = getComputedStyle(sample ?? document.body);
  return { line: style.color, ground: style.backgroundColor };
}

function stylesheet(): cytoscape.StylesheetJson {
  const page = getComputedStyle(document.body);
  const panel = colours("person").ground;
  const nodes = Object.entries(SHAPES).map(([look, shape]) => ({
    selector: `node.${look}`,
    style: {
      shape: shape as cytoscape.Css.NodeShape,
      "background-color": colours(look).ground,
      "border-color": colours(look).line,
      "border-style": (look === "unseen" ? "dashed" : "solid") as "dashed" | "solid",
    },
  }));
  const edges = Object.entries(DASHES).map(([look, dashes]) => ({
    selector: `edge.${look}`,
    style: {
      "line-color": colours(look).line,
      "line-style": (dashes.length > 1 ? "dashed" : "solid") as "dashed" | "solid",
      "line-dash-pattern": dashes,
    },
  }));
  return [
    {
      selector: "node",
      style: {
        width: 30,
        height: 30,
        "border-width": 3,
        label: "data(label)",
        color: page.color,
        "font-family": page.fontFamily,
        "font-size": 15,
        "text-valign": "bottom",
        "text-margin-y": 4,
        "text-background-color": panel,
        "text-background-opacity": 0.85,
        "text-background-padding": "2px",
        "min-zoomed-font-size": 6,
      },
    },
    { selector: "node.start", style: { width: 48, height: 32, "font-weight": "bold" } },
    { selector: "node.value, node.hub", style: { width: 20, height: 20, "font-size": 13 } },
    {
      selector: "edge",
      style: {
        width: "data(width)",
        "curve-style": "bezier",
        label: "data(label)",
        color: page.color,
        "font-family": page.fontFamily,
        "font-size": 13,
        "text-background-color": panel,
        "text-background-opacity": 0.9,
        "text-background-padding": "2px",
        "min-zoomed-font-size": 6,
      },
    },
    ...nodes,
    ...edges,
    {
      selector: ":selected",
      style: { "overlay-color": page.color, "overlay-opacity": 0.14, "overlay-padding": 6 },
    },
  ];
}

/** Persons, values that three or more hold or many do, and between two persons one line for all. */
function elements(web: Web): ElementDefinition[] {
  const found: ElementDefinition[] = web.nodes.map((own) => ({
    data: { id: own.id, label: shorter(own.name), hops: own.hops },
    classes: own.look,
  }));
  const pairs = new Map<string, Value[]>();
  for (const own of web.values) {
    if (!own.hub && own.persons.length === 2) {
      const pair = own.persons.join("|");
      pairs.set(pair, [...(pairs.get(pair) ?? []), own]);
      continue;
    }
    found.push({
      data: { id: own.token, label: own.word, tokens: [own.token] },
      classes: own.hub ? "hub" : "value",
    });
    for (const person of own.persons) {
      found.push(line(`${own.token}|${person}`, person, own.token, [own], false));
    }
  }
  for (const [pair, values] of pairs) {
    const [one = "", other = ""] = pair.split("|");
    found.push(line(pair, one, other, values, true));
  }
  return found;
}

function line(
  id: string,
  source: string,
  target: string,
  values: Value[],
  told: boolean,
): ElementDefinition {
  const strongest = [...values].sort((a, b) => b.strength - a.strength);
  const words = [...new Set(strongest.map((own) => own.word))];
  const more = words.length > 2 ? ` +${words.length - 2}` : "";
  const strength = 1 - values.reduce((left, own) => left * (1 - own.strength), 1);
  return {
    data: {
      id,
      source,
      target,
      tokens: strongest.map((own) => own.token),
      label: told ? words.slice(0, 2).join(", ") + more : "",
      width: 1.5 + 2.5 * strength,
    },
    classes: strongest[0]?.look ?? "travel",
  };
}

class Graph {
  private readonly cy: Core;
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private web: Web = { start: "", nodes: [], values: [] };

  constructor(
    canvas: HTMLElement,
    private readonly keys: HTMLElement,
    private readonly panel: HTMLElement,
  ) {
    this.cy = cytoscape({
      container: canvas,
      style: stylesheet(),
      minZoom: 0.2,
      maxZoom: 3,
      selectionType: "single",
    });
    this.cy.on("tap", "node", (event) => this.choose(event.target as NodeSingular));
    this.cy.on("tap", "edge", (event) => this.choose(event.target as EdgeSingular));
    this.cy.on("dbltap", "node", (event) => this.grow((event.target as NodeSingular).id()));
    this.cy.on("render", () => this.place());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
      this.cy.style(stylesheet()),
    );
  }

  /** Draws the web that the page holds now. */
  read(): void {
    const source = document.getElementById("link-web");
    if (!source) return;
    this.web = JSON.parse(source.dataset["graph"] ?? "") as Web;
    const wanted = elements(this.web);
    const ids = new Set(wanted.map((own) => own.data.id));
    const fresh = wanted.filter((own) => this.cy.getElementById(own.data.id ?? "").empty());
    this.cy.batch(() => {
      this.cy.elements().filter((own) => !ids.has(own.id())).remove();
      for (const own of wanted) {
        this.cy.getElementById(own.data.id ?? "").data(own.data).classes(own.classes as string);
      }
      const added = this.cy.add(fresh);
      added.nodes().forEach((node) => this.beside(node));
    });
    this.label();
    this.arrange();
    // What is shown of a person may not hold any more: he was grown from.
    const chosen = this.cy.nodes(":selected").filter((own) => !own.data("tokens"));
    if (chosen.nonempty()) this.showPerson(chosen.first().id());
  }

  zoom(by: number): void {
    this.cy.zoom({
      level: this.cy.zoom() * by,
      renderedPosition: { x: this.cy.width() / 2, y: this.cy.height() / 2 },
    });
  }

  fit(): void {
    this.cy.resize();
    this.cy.fit(undefined, 30);
    if (this.cy.zoom() > 1.4) {
      this.cy.zoom(1.4);
      this.cy.center();
    }
  }

  /** Shows in the panel what a person is, or what a link rests on. */
  choose(own: NodeSingular | EdgeSingular): void {
    this.cy.elements().unselect();
    own.select();
    const tokens = own.data("tokens") as string[] | undefined;
    if (tokens) this.showValues(tokens);
    else this.showPerson(own.id());
  }

  showValues(tokens: string[]): void {
    const cards = tokens.map((token) => this.card(`[data-value="${token}"]`));
    this.show([this.card("[data-title]"), ...cards]);
    // One alone is opened; of several one chooses, for every look is noted.
    const details = this.panel.querySelectorAll("details");
    if (tokens.length === 1) details[0]?.setAttribute("open", "");
    const value = this.cy.elements().filter((own) =>
      ((own.data("tokens") as string[] | undefined) ?? []).includes(tokens[0] ?? ""),
    );
    this.cy.elements().unselect();
    value.select();
  }

  private showPerson(id: string): void {
    this.show([this.card(`[data-person="${id}"]`)]);
  }

  private card(which: string): Node {
    const found = document.querySelector<HTMLTemplateElement>(`#link-web template${which}`);
    return found ? found.content.cloneNode(true) : document.createTextNode("");
  }

  private show(cards: Node[]): void {
    this.panel.replaceChildren(...cards);
    htmx.process(this.panel);
  }

  private grow(id: string): void {
    document.querySelector<HTMLElement>(`#link-web table [data-grow="${id}"]`)?.click();
  }

  /** Puts somebody new near one whom he is linked with. */
  private beside(node: NodeSingular): void {
    const known = node.neighborhood("node").filter((own) => own.data("placed") === true);
    const at = (known[0] as NodeSingular | undefined)?.position() ?? { x: 0, y: 0 };
    const turn = this.cy.nodes().length * 2.4;
    node.position({ x: at.x + 60 * Math.cos(turn), y: at.y + 60 * Math.sin(turn) });
    node.data("placed", true);
  }

  private arrange(): void {
    this.cy.resize();
    this.cy
      .layout({
        name: "cose",
        animate: false,
        randomize: false,
        fit: false,
        nodeDimensionsIncludeLabels: true,
        idealEdgeLength: () => 90,
        nodeRepulsion: () => 250_000,
        nodeOverlap: 24,
        gravity: 1.2,
        numIter: 600,
      })
      .run();
    this.fit();
  }

  /** One button a person, in the order of steps; those who stay keep the focus. */
  private label(): void {
    const ids = new Set(this.web.nodes.map((own) => own.id));
    for (const [id, button] of this.buttons) {
      if (!ids.has(id)) {
        button.remove();
        this.buttons.delete(id);
      }
    }
    for (const own of this.web.nodes) {
      let button = this.buttons.get(own.id);
      if (!button) {
        button = this.button(own.id);
        this.buttons.set(own.id, button);
        this.keys.append(button);
      }
      const links = this.cy.getElementById(own.id).connectedEdges().length;
      button.textContent = (this.keys.dataset["person"] ?? "")
        .replace("{name}", own.name || (this.keys.dataset["unseen"] ?? ""))
        .replace("{hops}", String(own.hops))
        .replace("{links}", String(links));
    }
  }

  private button(id: string): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("focus", () => {
      if (button.matches(":focus-visible")) this.choose(this.cy.getElementById(id) as NodeSingular);
    });
    button.addEventListener("click", () => this.grow(id));
    return button;
  }

  /** Keeps the buttons over their persons. */
  private place(): void {
    for (const [id, button] of this.buttons) {
      const box = this.cy.getElementById(id).renderedBoundingBox({ includeLabels: false });
      button.style.left = `${box.x1}px`;
      button.style.top = `${box.y1}px`;
      button.style.width = `${box.w}px`;
      button.style.height = `${box.h}px`;
    }
  }
}

const canvas = document.getElementById("graph");
const keys = document.getElementById("graph-keys");
const panel = document.getElementById("link-panel");
if (canvas && keys && panel) {
  // Cytoscape writes one rule into a style element, which the content security policy refuses; where
  // an element with this name stands already, it leaves that be. Our own styles have the rule.
  const there = document.createElement("meta");
  there.id = "__________cytoscape_stylesheet";
  document.head.append(there);
  const graph = new Graph(canvas, keys, panel);
  graph.read();
  const tools = document.getElementById("graph-tools");
  tools?.removeAttribute("hidden");
  tools?.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("button");
    if (button?.dataset["graphZoom"]) graph.zoom(Number(button.dataset["graphZoom"]));
    else if (button) graph.fit();
  });
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-show]");
    if (!button) return;
    graph.showValues([button.dataset["show"] ?? ""]);
    panel.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const swapped = (event as CustomEvent<{ elt: HTMLElement }>).detail.elt;
    if (swapped.id === "link-web") graph.read();
  });
  window.addEventListener("resize", () => graph.fit());
}
