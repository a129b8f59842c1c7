// What the core uses of its host. It compiles without the types of the DOM and of Node, so that it runs in both.
// This file is not published: a public type must not name what is declared here.

declare const console: {
  log(...values: unknown[]): void;
  warn(...values: unknown[]): void;
};

declare function setTimeout(callback: () => void, milliseconds?: number): unknown;
declare function clearTimeout(handle: unknown): void;
declare function queueMicrotask(callback: () => void): void;
declare const performance: { now(): number };

interface ImportMeta {
  readonly url: string;
}
