interface Host {
  readonly UNFOLD_DEBUG?: unknown;
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

let chosen: number | undefined;
let environment: unknown;

/** What was asked for: by `setDebugLevel`, else by `globalThis.UNFOLD_DEBUG`, else, looked at once, by the environment of Node. */
export const askedLevel = (): unknown => {
  const host = globalThis as Host;
  return chosen ?? host.UNFOLD_DEBUG ?? (environment ??= host.process?.env?.['UNFOLD_DEBUG'] ?? 0);
};

/** From 0 (off) to 5. A word that is no number counts as 1: whoever prints says so. */
export const debugLevel = (): number => {
  const level = Number(askedLevel());
  return level >= 0 ? level : 1;
};

export const chooseLevel = (level: number): void => void (chosen = level);
