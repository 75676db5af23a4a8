// The text editor of a rule: [data-rule-editor] is the textarea that it stands in for.
//
// It stands in a shadow root, whose style sheets are adopted rather than written into the page: the
// content security policy refuses inline styles. The textarea stays in the form, hidden, always
// with the same text; without this script it is the editor. All words come from the server.
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { linter, lintKeymap, type Diagnostic } from "@codemirror/lint";
import { EditorState, type Text } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  drawSelection,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
  type DecorationSet,
  type Tooltip,
  type ViewUpdate,
} from "@codemirror/view";
import { csrfToken } from "./htmx";
import { startRuleForm } from "./rule-form";

interface Problem {
  line: number;
  column: number;
  end_column: number;
  message: string;
}

interface Candidate {
  label: string;
  kind: "entity" | "attribute" | "function" | "value" | "list";
  insert: string;
  start: number;
  type: string;
  meaning: string;
  example: string;
  unit: string;
  refused: string;
}

interface Help {
  start: number;
  end: number;
  title: string;
  type: string;
  meaning: string;
  example: string;
  unit: string;
  words: Record<string, string>;
  refused: string;
}

const WAIT_MS = 350;

// --- places: the server counts characters (code points), the editor UTF-16 units ---------------

const characters = (text: string): number => [...text].length;

function units(text: string, count: number): number {
  let at = 0;
  for (const letter of text) {
    if (count-- <= 0) break;
    at += letter.length;
  }
  return at;
}

function place(document: Text, line: number, column: number): number {
  const own = document.line(Math.min(line, document.lines));
  return own.from + Math.min(own.length, units(own.text, column - 1));
}

// --- what the server knows ----------------------------------------------------------------------

class Server {
  constructor(private readonly area: HTMLTextAreaElement) {}

  private get subject(): string {
    const field = this.area.form?.elements.namedItem("subject");
    const chosen = field instanceof HTMLSelectElement || field instanceof HTMLInputElement ? field.value : "";
    return chosen || (this.area.dataset["subject"] ?? "");
  }

  private async ask<T>(address: string | undefined, body: object): Promise<T | null> {
    if (!address) return null;
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": csrfToken() },
        body: JSON.stringify({ subject: this.subject, ...body }),
      });
      return answer.ok ? ((await answer.json()) as T) : null;
    } catch {
      return null; // Offline: the page says so when the form is sent.
    }
  }

  check(text: string): Promise<{ problems: Problem[] } | null> {
    return this.ask(this.area.dataset["checkUrl"], { text });
  }

  complete(text: string, offset: number): Promise<Candidate[] | null> {
    return this.ask(this.area.dataset["completeUrl"], { text, offset });
  }

  describe(text: string, offset: number): Promise<Help | null> {
    return this.ask(this.area.dataset["describeUrl"], { text, offset });
  }
}

// --- colours ------------------------------------------------------------------------------------

const WORDS =
  /(\/\/.*)|([rR]?(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?))|(\b(?:true|false|null|in|now)\b)|(\b\d[\w.]*)|([A-Za-z_]\w*)(?=\s*\()|(&&|\|\||[!=<>]=|[<>!?:+\-*/%])/g;
const CLASSES = ["note", "text", "constant", "number", "function", "sign"];
const MARKS = CLASSES.map((name) => Decoration.mark({ class: `cm-${name}` }));

const words = new MatchDecorator({
  regexp: WORDS,
  decoration: (match) => MARKS[CLASSES.findIndex((_, group) => match[group + 1] !== undefined)] ?? null,
});

const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = words.createDeco(view);
    }
    update(update: ViewUpdate): void {
      this.decorations = words.updateDeco(update, this.decorations);
    }
  },
  { decorations: (own) => own.decorations },
);

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "var(--text-m)" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6", minHeight: "10rem", maxHeight: "26rem" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--ink-2)", backgroundColor: "var(--surface-2)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--surface-2) 60%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 25%, transparent)",
  },
  ".cm-note": { color: "var(--ink-2)", fontStyle: "italic" },
  ".cm-text": { color: "var(--green)" },
  ".cm-constant, .cm-number": { color: "var(--amber)" },
  ".cm-function": { color: "var(--accent)" },
  ".cm-sign": { color: "var(--ink-2)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--red)",
    textDecorationSkipInk: "none",
  },
  ".cm-tooltip": {
    color: "var(--ink)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius)",
    boxShadow: "0 6px 20px rgb(0 0 0 / 18%)",
    maxInlineSize: "30rem",
  },
  ".cm-diagnostic": { fontFamily: "var(--font)", padding: "0.4rem 0.6rem", borderInlineStart: "3px solid var(--red)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.15rem 0.6rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--accent-ink)", backgroundColor: "var(--accent)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.75", marginInlineStart: "0.75rem" },
  ".cm-help": { fontFamily: "var(--font)", padding: "0.5rem 0.7rem", display: "grid", gap: "0.25rem" },
  ".cm-help code": { fontFamily: "var(--font-mono)", fontSize: "var(--text-s)", overflowWrap: "anywhere" },
  ".cm-help .refused": { color: "var(--red)" },
  ".cm-help .kind": { color: "var(--ink-2)" },
});

// --- help and completion ------------------------------------------------------------------------

function line(tag: "strong" | "code" | "span" | "div", text: string, kind = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

function help(own: Help | Candidate, title: string): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-help";
  const kind = [own.type, own.unit].filter(Boolean).join(", ");
  const values = "words" in own ? Object.entries(own.words).map(([name, word]) => `${name} ${word}`) : [];
  box.append(
    ...(title ? [line("strong", title)] : []),
    ...(own.refused ? [line("div", own.refused, "refused")] : []),
    line("div", own.meaning),
    ...(kind ? [line("span", kind, "kind")] : []),
    ...(values.length > 0 ? [line("div", values.join(" · "), "kind")] : []),
    ...(own.example ? [line("code", own.example)] : []),
  );
  return box;
}

function offered(own: Candidate): Completion {
  return {
    label: own.label,
    type: own.kind,
    detail: own.kind === "function" ? "" : [own.type, own.unit].filter(Boolean).join(", "),
    boost: own.refused ? -50 : 0,
    info: () => help(own, own.kind === "function" ? own.type : ""),
    apply: (view, _, from, to) => {
      view.dispatch({
        changes: { from, to, insert: own.insert },
        selection: { anchor: from + own.insert.length },
        userEvent: "input.complete",
      });
      if (/[.(]$/.test(own.insert)) startCompletion(view);
    },
  };
}

const completing =
  (server: Server) =>
  async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.matchBefore(/[\w.]+|["'][^"']*/);
    if (!before && !context.explicit) return null;
    const text = context.state.doc.toString();
    const found = await server.complete(text, characters(text.slice(0, context.pos)));
    const [first] = found ?? [];
    if (!found || !first || context.aborted) return null;
    return { from: units(text, first.start), options: found.map(offered), filter: false };
  };

const pointing =
  (server: Server) =>
  async (view: EditorView, position: number): Promise<Tooltip | null> => {
    const text = view.state.doc.toString();
    const own = await server.describe(text, characters(text.slice(0, position)));
    if (!own) return null;
    const [pos, end] = [units(text, own.start), units(text, own.end)];
    return { pos, end, above: true, create: () => ({ dom: help(own, own.title) }) };
  };

const finding =
  (server: Server) =>
  async (view: EditorView): Promise<Diagnostic[]> => {
    const { doc } = view.state;
    if (doc.length === 0) return [];
    const found = await server.check(doc.toString());
    return (found?.problems ?? []).map((own) => ({
      from: place(doc, own.line, own.column),
      to: place(doc, own.line, own.end_column),
      severity: "error" as const,
      message: own.message,
    }));
  };

// --- the editor ---------------------------------------------------------------------------------

function mount(area: HTMLTextAreaElement): EditorView {
  const host = document.createElement("div");
  host.className = "rule-editor";
  host.dir = "ltr";
  area.before(host);
  const root = host.attachShadow({ mode: "open", delegatesFocus: true });
  const server = new Server(area);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        closeBrackets(),
        EditorView.lineWrapping,
        colours,
        theme,
        autocompletion({ override: [completing(server)], icons: false, activateOnTypingDelay: 150 }),
        hoverTooltip(pointing(server), { hoverTime: WAIT_MS }),
        linter(finding(server), { delay: WAIT_MS }),
        keymap.of([
          { key: "Tab", run: acceptCompletion },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...lintKeymap,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": area.labels?.[0]?.textContent ?? "",
          spellcheck: "false",
          autocapitalize: "off",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) follow(area, update.state.doc.toString());
        }),
      ],
    }),
  });
  // Seen from outside, keys pressed in a shadow root are pressed on no field: the page would take
  // the letters for its shortcuts.
  host.addEventListener("keydown", (event) => event.stopPropagation());
  area.hidden = true;
  area.required = false; // A hidden field that must be filled could not say so: the server does.
  area.labels?.[0]?.addEventListener("click", () => view.focus());
  return view;
}

// The textarea has what the editor has, and its listeners hear of it.
function follow(area: HTMLTextAreaElement, text: string): void {
  if (area.value === text) return;
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

const area = document.querySelector<HTMLTextAreaElement>("textarea[data-rule-editor]");
if (area) {
  const view = mount(area);
  startRuleForm(area, (text) => {
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  });
}
