/** A safetensors file put together by hand: 8 bytes of length, header, data. */
export function safetensorsFile(header: unknown, data: Uint8Array | readonly number[] = [], declaredLength?: bigint): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, declaredLength ?? BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}
