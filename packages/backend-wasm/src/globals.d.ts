/** The little of WebAssembly's and workers' interfaces that is used, so that this package compiles without the types of Node or a browser. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  function validate(bytes: Uint8Array): boolean;
}

declare const performance: { now(): number };

declare class Worker {
  constructor(url: string, options: { name: string });
  onerror: ((cause: unknown) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown, moved?: readonly ArrayBuffer[]): void;
  terminate(): void;
}
declare class Blob {
  constructor(parts: readonly string[], options: { type: string });
}
declare const URL: { createObjectURL(blob: Blob): string };
