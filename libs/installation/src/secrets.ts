/** Fetches and decrypts one parameter of the parameter store. */
export type ReadParameter = (name: string) => Promise<string>;

/** A value that may be `ssm:/path`. */
export interface SecretValue {
  /** At most five minutes old. */
  read(): Promise<string>;
  /** Gitea answered 401 or 403: read again next time. */
  forget(): void;
}

const KEPT_MS = 5 * 60_000;

/**
 * Resolves `ssm:/path` at its first use, again every five minutes and after a refusal; anything else is the value
 * itself. While the store does not answer, the last known value serves on.
 */
export function createSecretValue(setting: string, tools: { readonly readParameter: ReadParameter; readonly now: () => number }): SecretValue {
  const name = /^ssm:(.+)$/.exec(setting)?.[1];
  if (name === undefined) return { read: async () => setting, forget: () => undefined };
  let known: { readonly value: string; readonly at: number } | undefined;
  return {
    async read() {
      if (known !== undefined && tools.now() - known.at < KEPT_MS) return known.value;
      try {
        known = { value: (await tools.readParameter(name)).trim(), at: tools.now() };
      } catch (cause) {
        if (known === undefined) throw new Error(`could not read the parameter ${name}`, { cause });
      }
      return known.value;
    },
    forget() {
      if (known !== undefined) known = { ...known, at: -Infinity };
    },
  };
}
