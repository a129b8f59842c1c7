type WasmBytes = ArrayBuffer | ArrayBufferView;

/** As much of WebAssembly as the benches use: the types of Node have none of it. */
interface WebAssemblyApi {
  Module: new (bytes: WasmBytes) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
  compile(bytes: WasmBytes): Promise<object>;
  validate(bytes: WasmBytes): boolean;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

/** A copy of the bytes that a module is made of. */
export const bytesOf = (source: WasmBytes): Uint8Array => (ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source)).slice();
