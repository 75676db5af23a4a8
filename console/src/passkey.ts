// Passkeys on the pages of signing in and of the account: asks the server what to sign or to make,
// the browser's authenticator for the answer, and sends it back.
import { made, post, signed } from "./webauthn";

async function enter(box: HTMLElement): Promise<void> {
  const path = box.dataset["passkey"] ?? "";
  const answer = await signed(await post(`${path}/options`, {}));
  const next = box.dataset["next"] ?? "/";
  const done = await post(path, { answer: JSON.stringify(answer), next });
  location.assign(String(done["next"]));
}

async function make(box: HTMLElement): Promise<void> {
  const path = box.dataset["passkeyNew"] ?? "";
  const field = box.querySelector<HTMLInputElement>("[data-passkey-name]");
  const name = field?.value.trim() || (field?.placeholder ?? "");
  const answer = await made(await post(`${path}/options`, {}));
  const next = box.dataset["next"] ?? "/";
  const done = await post(path, { name, answer: JSON.stringify(answer), next });
  location.assign(String(done["next"] ?? next));
}

function start(box: HTMLElement): void {
  const button = box.querySelector<HTMLButtonElement>("[data-passkey-go]");
  const failed = box.querySelector<HTMLElement>("[data-passkey-failed]");
  if (!button || !("credentials" in navigator) || !window.isSecureContext) return;
  button.addEventListener("click", () => {
    button.disabled = true;
    if (failed) failed.hidden = true;
    const step = box.dataset["passkey"] ? enter(box) : make(box);
    step.catch(() => {
      button.disabled = false;
      if (!failed) return;
      failed.textContent = box.dataset["failed"] ?? "";
      failed.hidden = false;
    });
  });
}

document.querySelectorAll<HTMLElement>("[data-passkey], [data-passkey-new]").forEach(start);
