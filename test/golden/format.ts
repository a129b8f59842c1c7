import type { DType } from '@unfoldjs/core';

/** A number, or one that JSON cannot write. */
type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';
type PoolPadding = 'same' | 'valid' | 'same_lower' | readonly (readonly [number, number])[];

export interface GoldenTensor {
  readonly name?: string;
  readonly shape: readonly number[];
  readonly data: readonly JsonNumber[];
  readonly dtype?: string;
}

/** Every parameter of every operation; README.md says which belong to which. */
export interface GoldenAttrs {
  readonly activation?: string;
  readonly alignCorners?: boolean;
  readonly alpha?: number;
  readonly approximate?: string;
  readonly axis?: number | readonly number[] | null;
  readonly batchDims?: number;
  readonly begin?: readonly number[];
  readonly beginMask?: number;
  readonly beta?: number;
  readonly bias?: number;
  readonly blockSize?: number;
  readonly ceilMode?: boolean;
  readonly constantValue?: JsonNumber;
  readonly countIncludePad?: boolean;
  readonly dataFormat?: string;
  readonly delta?: number;
  readonly depth?: number;
  readonly depthRadius?: number;
  readonly dilations?: readonly number[];
  readonly dtype?: DType;
  readonly ellipsisMask?: number;
  readonly end?: readonly number[];
  readonly endMask?: number;
  readonly epsilon?: number;
  readonly exclusive?: boolean;
  readonly filterFormat?: string;
  readonly groups?: number;
  readonly halfPixelCenters?: boolean;
  readonly ignoreIndex?: number | null;
  readonly k?: number;
  readonly keepDims?: boolean;
  readonly labelSmoothing?: number;
  readonly leakyreluAlpha?: number;
  readonly max?: number | null;
  readonly min?: number | null;
  readonly mode?: string;
  readonly newAxisMask?: number;
  readonly numGroups?: number;
  readonly numOrSizeSplits?: number | readonly number[];
  readonly offValue?: number;
  readonly onValue?: number;
  readonly ord?: string;
  readonly outputPadding?: readonly [number, number];
  readonly outputShape?: readonly number[];
  readonly outputSpatialShape?: readonly number[];
  readonly pad?: PoolPadding;
  readonly paddings?: readonly (readonly [number, number])[];
  readonly perm?: readonly number[] | null;
  readonly reduction?: string;
  readonly reps?: readonly number[];
  readonly reverse?: boolean;
  readonly shape?: readonly number[];
  readonly shrinkAxisMask?: number;
  readonly size?: readonly number[] | number;
  readonly sorted?: boolean;
  readonly strides?: readonly number[];
  readonly style?: string;
  readonly trainingMode?: boolean;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly windowShape?: readonly number[];
}

export interface Expected {
  readonly throws?: boolean;
  readonly why?: string;
  readonly shape?: readonly number[];
  readonly data?: readonly JsonNumber[];
  readonly dtype?: string;
  readonly outputs?: readonly (GoldenTensor | null)[];
}

export interface GoldenCase {
  readonly id: string;
  readonly source: string;
  readonly op: string;
  readonly inputs: readonly GoldenTensor[];
  readonly attrs: GoldenAttrs;
  readonly expected: Expected;
  readonly tolerance?: { readonly abs: number; readonly rel?: number };
  readonly ambiguous?: string;
}

/** A step of a program: values are numbered, first the inputs, then each step's result. */
export interface GoldenStep {
  readonly op: string;
  readonly in: readonly number[];
  readonly attrs: GoldenAttrs;
}

/** A gradient of the operation `of`, or of a list of steps. */
export interface GradientCase extends Omit<GoldenCase, 'expected'> {
  readonly of: string;
  readonly program?: readonly GoldenStep[];
  readonly result?: number;
  /** The inputs to differentiate. */
  readonly wrt: readonly number[];
  /** What comes in from the loss; ones where it is missing. */
  readonly dy?: GoldenTensor;
  readonly outputIndex?: number;
  readonly expected: { readonly grads: readonly (GoldenTensor | null)[] };
}

export const numberOf = (value: JsonNumber): number => Number(value);
