/** How the loop adds a product: rounded after each of the two, or once (relaxed SIMD). */
export type MultiplyAdd = 'mul, add' | 'relaxed madd';

/** Steps of every chain in one round of the loop: its counting costs nothing beside them. */
export const stepsPerRound = 8;

/** Multiplications and additions of one round. */
export const flopsPerRound = (chains: number): number => 2 * 4 * chains * stepsPerRound;

// Numbers of WebAssembly's binary format. @source https://webassembly.github.io/spec/core/binary/instructions.html
const type = { i32: 0x7f, f32: 0x7d, v128: 0x7b, function: 0x60, none: 0x40 };
const op = { loop: 0x03, end: 0x0b, brIf: 0x0d, get: 0x20, set: 0x21, tee: 0x22, i32Const: 0x41, f32Const: 0x43, i32Sub: 0x6b, f32Add: 0x92 };
const simd = { splat: 0x13, extractLane: 0x1f, add: 0xe4, mul: 0xe6, relaxedMadd: 0x105 };

/** LEB128, as the format writes numbers. */
const leb = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]);
const vector = (opcode: number, ...immediates: number[]): number[] => [0xfd, ...leb(opcode), ...immediates];
const sized = (bytes: readonly number[]): number[] => [...leb(bytes.length), ...bytes];
const section = (id: number, ...bytes: number[]): number[] => [id, ...sized(bytes)];
const f32 = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];

/**
 * A module with one function `run(rounds, x, y, start)`: independent chains `v = v * x + y` (or, fused, `v = x * y + v`) in vectors of
 * four floats, which start one apart. It gives the sum of their ends.
 */
export function multiplyAddModule(kind: MultiplyAdd, chains: number): Uint8Array {
  const [rounds, argX, argY, start] = [0, 1, 2, 3];
  const [x, y] = [4, 5];
  const all = Array.from({ length: chains }, (_, i) => 6 + i);
  const get = (local: number): number[] => [op.get, ...leb(local)];
  const set = (local: number): number[] => [op.set, ...leb(local)];

  const step = (v: number): number[] =>
    kind === 'mul, add' ? [...get(v), ...get(x), ...vector(simd.mul), ...get(y), ...vector(simd.add), ...set(v)] : [...get(x), ...get(y), ...get(v), ...vector(simd.relaxedMadd), ...set(v)];
  const body = [
    ...[...get(argX), ...vector(simd.splat), ...set(x)],
    ...[...get(argY), ...vector(simd.splat), ...set(y)],
    // Different starts: equal chains might be taken for one.
    ...all.flatMap((v, i) => [...get(start), op.f32Const, ...f32(i), op.f32Add, ...vector(simd.splat), ...set(v)]),
    ...[op.loop, type.none],
    ...Array.from({ length: stepsPerRound }, () => all.flatMap(step)).flat(),
    ...[...get(rounds), op.i32Const, 1, op.i32Sub, op.tee, ...leb(rounds), op.brIf, 0],
    op.end,
    ...all.flatMap((v, i) => [...get(v), ...vector(simd.extractLane, 0), ...(i > 0 ? [op.f32Add] : [])]),
    op.end,
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, 1, type.function, ...sized([type.i32, type.f32, type.f32, type.f32]), ...sized([type.f32])),
    ...section(3, 1, 0),
    ...section(7, 1, ...sized([...new TextEncoder().encode('run')]), 0x00, 0),
    ...section(10, 1, ...sized([1, ...leb(2 + chains), type.v128, ...body])),
  ]);
}
