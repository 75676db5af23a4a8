// What a passkey's authenticator is asked and answers; bytes travel as base64url (W3C Web
// Authentication, level 2, 5.1).

export type Json = Record<string, unknown>;
interface Described {
  id: string;
  type: PublicKeyCredentialType;
}

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0)).buffer;
}

function text(value: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(value));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const described = (list: unknown): PublicKeyCredentialDescriptor[] =>
  ((list ?? []) as Described[]).map((own) => ({ id: bytes(own.id), type: own.type }));

export async function post(path: string, body: Json): Promise<Json> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');
  const answer = await fetch(path, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRF-Token": token?.content ?? "",
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Json;
}

/** The authenticator's answer to RequestOptions. */
export async function signed(options: Json): Promise<Json> {
  const made = (await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options["challenge"] as string),
      allowCredentials: described(options["allowCredentials"]),
    },
  })) as PublicKeyCredential | null;
  if (!made) throw new Error("no passkey");
  const answer = made.response as AuthenticatorAssertionResponse;
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      authenticatorData: text(answer.authenticatorData),
      signature: text(answer.signature),
      userHandle: answer.userHandle ? text(answer.userHandle) : null,
    },
  };
}

/** The authenticator's answer to CreationOptions. */
export async function made(options: Json): Promise<Json> {
  const user = options["user"] as { id: string; name: string; displayName: string };
  const key = (await navigator.credentials.create({
    publicKey: {
      ...(options as unknown as PublicKeyCredentialCreationOptions),
      challenge: bytes(options["challenge"] as string),
      user: { ...user, id: bytes(user.id) },
      excludeCredentials: described(options["excludeCredentials"]),
    },
  })) as PublicKeyCredential | null;
  if (!key) throw new Error("no passkey");
  const answer = key.response as AuthenticatorAttestationResponse;
  return {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      attestationObject: text(answer.attestationObject),
      transports: answer.getTransports(),
    },
  };
}
