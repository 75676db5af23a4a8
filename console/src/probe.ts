// The picture that is asked about stays in the browser: it is shown beside the field that takes it,
// and beside everybody who was found to look like it. The centre does not keep it.

let shown: string[] = [];

function fill(root: ParentNode): void {
  const [first] = shown;
  if (!first) return;
  for (const image of root.querySelectorAll<HTMLImageElement>("img[data-probe-shown]")) image.src = first;
}

function preview(field: HTMLInputElement): void {
  for (const address of shown) URL.revokeObjectURL(address);
  shown = [...(field.files ?? [])].map((file) => URL.createObjectURL(file));
  const strip = field.form?.querySelector("[data-probe-strip]");
  strip?.replaceChildren(
    ...shown.map((address) => {
      const image = document.createElement("img");
      image.src = address;
      image.alt = "";
      return image;
    }),
  );
  // What was found for another picture says nothing about this one.
  const answer = field.form?.dataset["answer"];
  if (answer) document.getElementById(answer)?.replaceChildren();
}

export function startProbe(): void {
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field instanceof HTMLInputElement && "probe" in field.dataset) preview(field);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    fill((event as CustomEvent<{ target: HTMLElement }>).detail.target);
  });
}
