interface Host {
  UNFOLD_DEBUG?: unknown;
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

const host = globalThis as Host;
let environment: unknown;

/** What was asked for: by `globalThis.UNFOLD_DEBUG`, which `setDebugLevel` sets, else, looked at once, by the environment of Node. */
export const askedLevel = (): unknown => host.UNFOLD_DEBUG ?? (environment ??= host.process?.env?.['UNFOLD_DEBUG'] ?? 0);

/** From 0 (off) to 5. A word that is no number counts as 1: whoever prints says so. */
export const debugLevel = (): number => {
  const level = Number(askedLevel());
  return level >= 0 ? level : 1;
};

export const chooseLevel = (level: number): void => void (host.UNFOLD_DEBUG = level);
