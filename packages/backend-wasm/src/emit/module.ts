import { list, section, text, unsigned } from './encode.js';
import { typeCode, type FunctionBuilder } from './function-builder.js';

/** A module that imports its memory as `env.memory` and exports every function under its name. Calls between them use their positions. */
export function encodeModule(functions: readonly FunctionBuilder[]): Uint8Array {
  const types = functions.map(({ params }) => [0x60, ...list(params.map(({ type }) => [typeCode[type]])), 0]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(2, list([[...text('env'), ...text('memory'), 2, 0, 1]])),
    ...section(3, list(functions.map((_, at) => unsigned(at)))),
    ...section(7, list(functions.map(({ name }, at) => [...text(name), 0, ...unsigned(at)]))),
    ...section(10, list(functions.map((one) => one.encode()))),
  ]);
}
