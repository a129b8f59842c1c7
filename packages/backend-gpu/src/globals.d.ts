// What this package uses of its host, so that it compiles without the types of the DOM and of Node. Not published.

declare const console: Record<'log' | 'info' | 'warn' | 'error', (...values: unknown[]) => void>;
declare const navigator: unknown;
declare function setTimeout(callback: (value: unknown) => void, milliseconds: number): unknown;
declare const performance: { now(): number };
