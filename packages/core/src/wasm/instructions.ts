/** @file The WebAssembly instructions in use, by their names in the specification. Imports nothing. */

/** Instructions of the vector proposal are encoded as 0xfd and a second number: here they have this bit. */
export const VECTOR = 0x1000

/** Opcodes of instructions without immediate operands, and of loads and stores, which have an alignment and an offset. */
export const OPCODES = {
  select: 0x1b,
  'i32.store': 0x36,
  'i32.store16': 0x3b,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.add': 0x6a,
  'i32.mul': 0x6c,
  'i32.and': 0x71,
  'v128.load': VECTOR + 0x00,
  'v128.load16_splat': VECTOR + 0x08,
  'v128.load32_splat': VECTOR + 0x09,
  'v128.load64_splat': VECTOR + 0x0a,
  'v128.store': VECTOR + 0x0b,
  'f64x2.splat': VECTOR + 0x14,
  'f32x4.eq': VECTOR + 0x41,
  'f32x4.ne': VECTOR + 0x42,
  'f32x4.lt': VECTOR + 0x43,
  'f32x4.gt': VECTOR + 0x44,
  'f32x4.le': VECTOR + 0x45,
  'f32x4.ge': VECTOR + 0x46,
  'f64x2.eq': VECTOR + 0x47,
  'f64x2.ne': VECTOR + 0x48,
  'f64x2.lt': VECTOR + 0x49,
  'f64x2.gt': VECTOR + 0x4a,
  'f64x2.le': VECTOR + 0x4b,
  'f64x2.ge': VECTOR + 0x4c,
  'v128.not': VECTOR + 0x4d,
  'v128.and': VECTOR + 0x4e,
  'v128.andnot': VECTOR + 0x4f,
  'v128.or': VECTOR + 0x50,
  'v128.xor': VECTOR + 0x51,
  'v128.bitselect': VECTOR + 0x52,
  'v128.any_true': VECTOR + 0x53,
  'v128.load64_zero': VECTOR + 0x5d,
  'f32x4.demote_f64x2_zero': VECTOR + 0x5e,
  'f64x2.promote_low_f32x4': VECTOR + 0x5f,
  'f32x4.floor': VECTOR + 0x68,
  'f32x4.nearest': VECTOR + 0x6a,
  'f64x2.floor': VECTOR + 0x75,
  'i16x8.extend_low_i8x16_u': VECTOR + 0x89,
  'f64x2.nearest': VECTOR + 0x94,
  'i32x4.bitmask': VECTOR + 0xa4,
  'i32x4.extend_low_i16x8_u': VECTOR + 0xa9,
  'i64x2.bitmask': VECTOR + 0xc4,
  'i64x2.shl': VECTOR + 0xcb,
  'i64x2.shr_u': VECTOR + 0xcd,
  'i64x2.add': VECTOR + 0xce,
  'i64x2.sub': VECTOR + 0xd1,
  'i64x2.eq': VECTOR + 0xd6,
  'f32x4.sqrt': VECTOR + 0xe3,
  'f32x4.add': VECTOR + 0xe4,
  'f32x4.sub': VECTOR + 0xe5,
  'f32x4.mul': VECTOR + 0xe6,
  'f32x4.div': VECTOR + 0xe7,
  'f32x4.min': VECTOR + 0xe8,
  'f32x4.pmin': VECTOR + 0xea,
  'f32x4.pmax': VECTOR + 0xeb,
  'f64x2.sqrt': VECTOR + 0xef,
  'f64x2.add': VECTOR + 0xf0,
  'f64x2.sub': VECTOR + 0xf1,
  'f64x2.mul': VECTOR + 0xf2,
  'f64x2.div': VECTOR + 0xf3,
  'f64x2.min': VECTOR + 0xf4,
  'f64x2.pmin': VECTOR + 0xf6,
  'f64x2.pmax': VECTOR + 0xf7,
  'f32x4.convert_i32x4_s': VECTOR + 0xfa,
  'f64x2.convert_low_i32x4_s': VECTOR + 0xfe,
} as const

export type Instruction = keyof typeof OPCODES

/** Instructions that name a lane. */
export const LANE_OPCODES = {
  'i32x4.extract_lane': VECTOR + 0x1b,
  'f64x2.extract_lane': VECTOR + 0x21,
  'f64x2.replace_lane': VECTOR + 0x22,
  'v128.store64_lane': VECTOR + 0x5b,
} as const

/** What a local, a parameter or a result holds. */
export const TYPES = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const
export type ValueType = keyof typeof TYPES
