import type { BackendBuffer, Backend, Program, TypedArray } from '@unfoldjs/core';
import { dataFor } from '../arbitraries/data.js';
import { ProgramBuilder } from './program-builder.js';

/** A program with what results it must give for some inputs. */
export interface Sample {
  readonly program: Program;
  readonly expected: (inputs: readonly TypedArray[]) => Float32Array[];
}

export const sampleLength = 24;
const type = { dtype: 'float32', shape: [sampleLength] } as const;

/**
 * Two inputs, a constant, a chain of intermediates that want slots and die at different times, two results:
 * `((a + b) * a - c) + (a + b)` and `(a + b) * a - c`.
 */
export function sampleProgram(constantSeed = 5): Sample {
  const builder = new ProgramBuilder();
  const a = builder.input(type);
  const b = builder.input(type);
  const constant = dataFor(type, constantSeed, 'integers');
  const c = builder.constant(type, constant);
  const sum = builder.step('add', [a, b]);
  const product = builder.step('mul', [sum, a]);
  const difference = builder.step('sub', [product, c]);
  const twice = builder.step('add', [difference, difference]);
  const half = builder.step('sub', [twice, difference]);
  const whole = builder.step('add', [half, sum]);
  return {
    program: builder.program([whole, difference]),
    expected: ([x, y]) => {
      const at = (i: number): number => (x![i]! + y![i]!) * x![i]! - constant[i]!;
      return [Float32Array.from(x!, (_, i) => at(i) + x![i]! + y![i]!), Float32Array.from(x!, (_, i) => at(i))];
    },
  };
}

/** Whole numbers for the two inputs of {@link sampleProgram}. */
export const sampleInputs = (seed: number): Float32Array[] => [dataFor(type, seed, 'integers') as Float32Array, dataFor(type, seed + 1, 'integers') as Float32Array];

/** Another program of the same two inputs: `a * b - a`. */
export function otherProgram(): Sample {
  const builder = new ProgramBuilder();
  const a = builder.input(type);
  const b = builder.input(type);
  const difference = builder.step('sub', [builder.step('mul', [a, b]), a]);
  return { program: builder.program([difference]), expected: ([x, y]) => [Float32Array.from(x!, (_, i) => x![i]! * y![i]! - x![i]!)] };
}

export const uploadAll = (backend: Backend, inputs: readonly TypedArray[]): Promise<BackendBuffer[]> => Promise.all(inputs.map((data) => backend.upload(data, type)));

export const sampleType = type;
