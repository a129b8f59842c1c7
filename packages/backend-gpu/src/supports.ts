import { sizeOf, type OpCall, type TensorType } from '@unfoldjs/core';
import { bodyOf } from './codegen/elementwise.js';
import { canExpress, type Body } from './codegen/expression.js';
import { generatorOf } from './codegen/generators.js';
import { exactLimit, modeFacts, type GpuMode } from './modes.js';

/** Ops of which a step can be more than one kernel, so that no limit on arguments applies. */
const splits = new Set(['concat']);

/** True, or why this call cannot run in this mode. */
export function supportsIn(mode: GpuMode, call: OpCall): true | string {
  const { op, inputs, output } = call;
  const generator = generatorOf(op);
  if (!generator) return `gpu.js (${mode}) has no kernel ${op.name}`;

  const bodies = bodiesOf(call);
  for (const body of bodies) {
    const unknown = body.find((instruction) => !canExpress(instruction.op));
    if (unknown) return `gpu.js (${mode}) has no expression for ${unknown.op.name}`;
  }
  const large = [...inputs, output].find((type) => sizeOf(type.shape) > exactLimit);
  if (large) return tooLarge(large);

  const { maxArguments } = modeFacts[mode];
  if (inputs.length > maxArguments && !splits.has(op.name)) return `${inputs.length} operands, and a gpu.js kernel in mode ${mode} binds ${maxArguments}`;
  return true;
}

const tooLarge = ({ shape }: TensorType): string =>
  `[${shape.join(', ')}] has more than ${exactLimit} elements, and gpu.js calculates indices in float32, where neighbours from there on are one`;

/** The elementwise instructions inside a call. */
function bodiesOf(call: OpCall): readonly Body[] {
  if (call.op.isElementwise || call.op.name === 'fusedElementwise') return [bodyOf(call)];
  return call.attrs.epilogue ? [call.attrs.epilogue as unknown as Body] : [];
}
