import type { Float32Facts } from '@unfoldjs/core';
import { SharedArray } from './buffers.js';
import { free } from './chain-runner.js';
import { literal } from './codegen/literal.js';
import type { Session } from './session.js';

/** One expression in x, on a few numbers. */
async function calculate(session: Session, expression: string, values: readonly number[]): Promise<Float32Array> {
  const input = await session.toDevice(SharedArray.from(values) as SharedArray);
  const kernel = session.kernel(`function (a0) { const x = a0[this.thread.x]; return ${expression}; }`, [values.length], { forms: String(values.length) });
  const result = await session.call(kernel, [input], []);
  const elements = (await session.toHost(result, values.length)).slice();
  free(result);
  free(input);
  session.dropKernel(kernel);
  return elements;
}

/** A mode that opens may still not calculate, or gpu.js may calculate elsewhere. @throws Error */
export async function probe(session: Session): Promise<void> {
  const [a, b] = await calculate(session, 'x + 1.0', [1, 2]);
  if (a !== 2 || b !== 3) throw new Error(`it calculates [1, 2] + 1 = [${a}, ${b}]`);
}

/** What this device's arithmetic keeps of NaN, infinities and denormals: shaders promise nothing, devices differ. */
export async function probeFloat32(session: Session): Promise<Float32Facts> {
  const values = [NaN, Infinity, -Infinity, 3e38, 2e-39];
  const scaled = await calculate(session, 'x * 4.0', values);
  const isNumber = await calculate(session, '(x <= 0.0 || x > 0.0) ? 1.0 : 0.0', values);
  const difference = await calculate(session, 'x - x', values);
  const written = await calculate(session, literal(-Infinity, 'float32', session.facts), [1, 2]);
  const isNaNKept = Number.isNaN(scaled[0]) && isNumber.join() === '0,1,1,1,1' && Number.isNaN(difference[0]) && Number.isNaN(difference[1]);
  const isInfinityKept = scaled.subarray(1, 4).join() === 'Infinity,-Infinity,Infinity' && written.join() === '-Infinity,-Infinity';
  return {
    fma: session.facts.float32.fma,
    denormals: scaled[4] === Math.fround(8e-39) ? 'kept' : 'flushed',
    nan: isNaNKept ? 'kept' : 'lost',
    infinity: isInfinityKept ? 'kept' : 'lost',
  };
}
