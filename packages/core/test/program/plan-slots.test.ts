import { expect } from 'chai';
import fc from 'fast-check';
import { bytesOf, defineOp, type OpDef, type Program, type Step, type TensorType } from '@unfoldjs/core';
import { planSlots } from '@unfoldjs/core/reference';

const unary = (isElementwise: boolean): OpDef =>
  defineOp({
    name: isElementwise ? 'plus' : 'opaque',
    args: ['...xs'],
    infer: ([x]) => x!,
    ...(isElementwise ? { scalar: () => (a: number) => a } : {}),
  });
const elementwise = unary(true);
const opaque = unary(false);
const float = (size: number): TensorType => ({ dtype: 'float32', shape: [size] });

/** Straight-line programs: input 0, then steps that read any one or two earlier values; some of the values are outputs. */
const programs: fc.Arbitrary<Program> = fc
  .array(fc.record({ reads: fc.array(fc.nat(), { minLength: 1, maxLength: 2 }), size: fc.constantFrom(4, 4, 8, 16), inPlace: fc.boolean(), isOutput: fc.boolean() }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((drawn) => {
    const values: TensorType[] = [float(4)];
    const steps = drawn.map(({ reads, size, inPlace }): Step => {
      const inputs = reads.map((read) => ({ value: read % values.length, type: values[read % values.length]! }));
      const type = inPlace ? values[inputs[0]!.value]! : float(size);
      return { op: inPlace ? elementwise : opaque, attrs: {}, inputs, output: values.push(type) - 1, type };
    });
    const outputs = drawn.flatMap(({ isOutput }, i) => (isOutput ? [i + 1] : []));
    return { values, inputs: [{ value: 0 }], constants: [], steps, outputs: outputs.length > 0 ? outputs : [steps.length] };
  });

describe('planSlots', () => {
  it('never gives a value memory that another value still needs', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const plan = planSlots(program);
        /** Which value each slot holds as the program runs. */
        const holds = new Map<number, number>();
        program.steps.forEach((step, at) => {
          for (const { value } of step.inputs) {
            const slot = plan.slotOf[value]!;
            if (slot >= 0) expect(holds.get(slot), `step ${at} reads value ${value}`).to.equal(value);
          }
          const slot = plan.slotOf[step.output]!;
          if (slot < 0) return;
          expect(plan.slotBytes[slot]).to.be.at.least(bytesOf(step.type));
          const readHere = step.inputs.find(({ value }) => plan.slotOf[value] === slot);
          if (readHere) expect(step.op.isElementwise, 'only an elementwise step writes over its operand').to.equal(true);
          holds.set(slot, step.output);
        });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('gives no slot to inputs and outputs, and one to every other value', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const { slotOf } = planSlots(program);
        expect(slotOf[0]).to.equal(-1);
        program.values.forEach((_, value) => {
          const hasSlot = value > 0 && !program.outputs.includes(value);
          expect(slotOf[value]! >= 0).to.equal(hasSlot);
        });
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('runs a chain of elementwise steps in one slot', () => {
    const steps = Array.from({ length: 10 }, (_, i): Step => ({ op: elementwise, attrs: {}, inputs: [{ value: i, type: float(4) }], output: i + 1, type: float(4) }));
    const program: Program = { values: Array(11).fill(float(4)), inputs: [{ value: 0 }], constants: [], steps, outputs: [10] };
    expect(planSlots(program).totalBytes).to.equal(16);
  });

  it('alternates between two slots where no step may write in place', () => {
    const steps = Array.from({ length: 10 }, (_, i): Step => ({ op: opaque, attrs: {}, inputs: [{ value: i, type: float(4) }], output: i + 1, type: float(4) }));
    const program: Program = { values: Array(11).fill(float(4)), inputs: [{ value: 0 }], constants: [], steps, outputs: [10] };
    expect(planSlots(program).totalBytes).to.equal(32);
  });

  it('plans the sizes that a backend states for its own layouts', () => {
    const steps = [1, 2].map((i): Step => ({ op: opaque, attrs: {}, inputs: [{ value: i - 1, type: float(4) }], output: i, type: float(4) }));
    const program: Program = { values: [float(4), float(4), float(4)], inputs: [{ value: 0 }], constants: [], steps, outputs: [2] };
    expect(planSlots(program, (_, type) => bytesOf(type) + 64).slotBytes).to.deep.equal([80]);
  });
});
