/**
 * Instructions by the names that the specification gives them, with their bytes. Those on memory take an alignment and an offset,
 * lane instructions a lane: see `FunctionBuilder`.
 *
 * @source https://webassembly.github.io/spec/core/binary/instructions.html
 */
const plain = {
  select: [0x1b],
  'i32.eq': [0x46],
  'i32.lt_s': [0x48],
  'i32.lt_u': [0x49],
  'i32.gt_s': [0x4a],
  'i32.gt_u': [0x4b],
  'i32.ge_s': [0x4e],
  'i32.add': [0x6a],
  'i32.sub': [0x6b],
  'i32.mul': [0x6c],
  'i32.div_s': [0x6d],
  'i32.div_u': [0x6e],
  'i32.rem_u': [0x70],
  'i32.and': [0x71],
  'memory.copy': [0xfc, 10, 0, 0],
  'memory.fill': [0xfc, 11, 0],
} as const;

/** SIMD instructions without immediates, all behind the prefix 0xfd. */
const lanes = {
  'i8x16.splat': 15,
  'i32x4.splat': 17,
  'i32x4.eq': 55,
  'i32x4.ne': 56,
  'i32x4.lt_s': 57,
  'f32x4.eq': 65,
  'f32x4.ne': 66,
  'f32x4.lt': 67,
  'f64x2.eq': 71,
  'f64x2.ne': 72,
  'f64x2.lt': 73,
  'v128.not': 77,
  'v128.and': 78,
  'v128.or': 80,
  'v128.xor': 81,
  'v128.bitselect': 82,
  'f32x4.demote_f64x2_zero': 94,
  'f64x2.promote_low_f32x4': 95,
  'f32x4.floor': 104,
  'f32x4.nearest': 106,
  'f64x2.floor': 117,
  'i16x8.extend_low_i8x16_u': 137,
  'i32x4.extend_low_i16x8_u': 169,
  'f64x2.nearest': 148,
  'i32x4.neg': 161,
  'i32x4.shl': 171,
  'i32x4.shr_s': 172,
  'i32x4.shr_u': 173,
  'i32x4.add': 174,
  'i32x4.sub': 177,
  'i32x4.mul': 181,
  'i32x4.min_s': 182,
  'i32x4.max_s': 184,
  'f32x4.abs': 224,
  'f32x4.neg': 225,
  'f32x4.sqrt': 227,
  'f32x4.add': 228,
  'f32x4.sub': 229,
  'f32x4.mul': 230,
  'f32x4.div': 231,
  'f32x4.min': 232,
  'f32x4.max': 233,
  'f32x4.pmax': 235,
  'f64x2.abs': 236,
  'f64x2.add': 240,
  'f64x2.sub': 241,
  'f64x2.mul': 242,
  'f64x2.div': 243,
  'f64x2.min': 244,
  'f64x2.max': 245,
  'i32x4.trunc_sat_f32x4_s': 248,
  'i32x4.trunc_sat_f32x4_u': 249,
  'f32x4.convert_i32x4_s': 250,
  'i32x4.trunc_sat_f64x2_s_zero': 252,
  'f64x2.convert_low_i32x4_s': 254,
  'f32x4.relaxed_madd': 0x105,
} as const;

/** Loads and stores of one integer, without the prefix. */
const scalarMemory = {
  'i32.load': [0x28, 2],
  'i32.load8_u': [0x2d, 0],
  'i32.store': [0x36, 2],
  'i32.store8': [0x3a, 0],
} as const;

/** SIMD loads and stores; the number after the opcode is the alignment, as a power of two. */
const memory = {
  'v128.load': [0, 2],
  'v128.load8_splat': [7, 0],
  'v128.load32_splat': [9, 2],
  'v128.store': [11, 2],
  'v128.load32_zero': [92, 2],
} as const;

/** Loads and stores of one lane; what was loaded replaces the lane of the vector on the stack. */
const laneMemory = {
  'v128.load8_lane': [84, 0],
  'v128.load32_lane': [86, 2],
  'v128.store8_lane': [88, 0],
  'v128.store32_lane': [90, 2],
  'v128.store64_lane': [91, 2],
} as const;

export type PlainInstruction = keyof typeof plain | keyof typeof lanes;
export type MemoryInstruction = keyof typeof memory | keyof typeof scalarMemory;
export type LaneMemoryInstruction = keyof typeof laneMemory;

export const instructions = { plain, lanes, memory, scalarMemory, laneMemory } as const;
