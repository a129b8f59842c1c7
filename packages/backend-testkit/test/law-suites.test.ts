import { expect } from 'chai';
import { operands } from '@unfoldjs/backend-testkit/arbitraries';
import { opSuite, passSuite, ruleSuite, type OpSuiteOptions } from '@unfoldjs/backend-testkit';
import { defineOp, neg, refuseArgument, relu, stopGradient, type OpDef, type OpSpec } from '@unfoldjs/core';
import type { Kernel } from '@unfoldjs/core/reference';
import { any, bytes, defineRule, named, op, steps, type RuleNotes } from '@unfoldjs/core/rules';
import { declareTests, failuresOf, type Declared } from './declare.js';

type Attrs = { readonly times: number };

const spec: OpSpec<Attrs> = {
  name: 'scaledSquare',
  args: ['x'],
  infer([x], { times }) {
    if (!Number.isInteger(times)) throw refuseArgument('times', `it is ${times}.`, 'use a whole number.');
    return x!;
  },
  decompose: ([x], { times }) => x!.mul(x!).mul(times),
  gradient: ({ inputs: [x], dy, attrs }) => [x!.mul(2 * attrs.times).mul(dy)],
  scalar: ({ times }) => (x) => x * x * times,
  flops: ([x]) => 2 * x!.shape.reduce((a, b) => a * b, 1),
};

const kernel: Kernel<Attrs> = ({ attrs: { times }, inputs: [x], output }) => {
  for (let i = 0; i < output.data.length; i++) output.data[i] = x!.data[i]! * x!.data[i]! * times;
};

const refused = { inputs: [{ dtype: 'float32', shape: [2] }], attrs: { times: 0.5 }, code: 'INVALID_ARGUMENT', argument: 'times' } as const;

const opTests = (change: Partial<OpSpec<Attrs>>, options: Partial<OpSuiteOptions> = {}): Declared[] =>
  declareTests((runner) =>
    opSuite({
      ...runner,
      op: defineOp({ ...spec, ...change }) as unknown as OpDef,
      dtypes: ['float32'],
      fills: ['integers'],
      plans: (dtype) => operands(1)(dtype).map((plan) => ({ ...plan, attrs: { times: 3 } })),
      reference: kernel as unknown as Kernel,
      refuses: [refused],
      runs: 15,
      ...options,
    }),
  );

/** The titles, without the suite's, of the tests that fail. */
const failing = async (tests: readonly Declared[]): Promise<string[]> => [...(await failuresOf(tests)).keys()].map((title) => title.replace(/^.* > /, ''));

describe('opSuite', () => {
  it('finds nothing to complain of in a sound op', async () => {
    const tests = opTests({});
    expect(tests.map(({ path }) => path[0])).to.deep.equal(new Array(8).fill('op scaledSquare'));
    expect([...(await failuresOf(tests))]).to.deep.equal([]);
  });

  it('finds nothing to complain of in an op that is a kernel and a gradient, without a definition', async () => {
    const { decompose: _, ...primitive } = spec;
    expect([...(await failuresOf(opTests({ ...primitive, name: 'ownPrimitive', decompose: undefined as never })))]).to.deep.equal([]);
  });

  const faults: readonly { fault: string; change?: Partial<OpSpec<Attrs>>; options?: Partial<OpSuiteOptions>; law: string }[] = [
    { fault: 'a wrong gradient', change: { gradient: ({ inputs: [x], dy }) => [x!.mul(2).mul(dy)] }, law: 'its gradient is the slope of central differences' },
    { fault: 'a wrong type rule', change: { infer: ([x]) => ({ ...x!, shape: [...x!.shape, 1] }) }, law: 'its definition has the type that its type rule says' },
    { fault: 'a wrong definition', change: { decompose: ([x]) => x!.mul(x!) }, law: 'its definition gives what its reference kernel gives' },
    { fault: 'a wrong scalar form', change: { scalar: () => (x) => x * x }, law: 'keeps its values in optimised programs, folded to a constant too' },
    { fault: 'attributes that nobody checks', change: { infer: ([x]) => x! }, law: 'refuses wrong operands and attributes with typed errors' },
    { fault: 'an error without a type', change: { infer: ([x], { times }) => { if (times % 1) throw new Error('no'); return x!; } }, law: 'refuses wrong operands and attributes with typed errors' },
    { fault: 'work that is no number', change: { flops: () => NaN }, law: 'counts its work' },
    { fault: 'a kernel that leaves elements as they were', options: { reference: (call) => { if (call.output.data.length < 2) kernel(call as never); } }, law: 'its reference kernel writes every element of the result, and leaves its operands alone' },
  ];
  for (const { fault, change = {}, options = {}, law } of faults) {
    it(`finds ${fault}: ${law}`, async () => {
      expect(await failing(opTests(change, options))).to.include(law);
    });
  }

  it('refuses an op of which nothing says what it computes, and a suite without a call to refuse', () => {
    expect(() => opTests({ decompose: undefined as never }, { reference: undefined })).to.throw('scaledSquare has no definition');
    expect(() => opTests({}, { refuses: [] })).to.throw('`refuses` is empty');
  });
});

const reluOp = relu(0).expr.op;
const negOp = neg(0).expr.op;
const notes = (spec: Parameters<typeof defineRule>[0], build: RuleNotes['build'], saves = steps): RuleNotes => ({ rule: defineRule(spec), because: 'of a test', saves, build });

const reluOfRelu = notes({ name: 'relu-of-relu', match: () => op(reluOp, named('inner', op(reluOp))), rewrite: ({ inner }) => inner! }, (draw) => relu(relu(draw.input(draw.shape(draw.integer(0, 3))))));
const random = 'holds on 20 random graphs, and fires on 2 of them or more';

describe('ruleSuite and passSuite', () => {
  const ruleTests = (rule: RuleNotes): Declared[] => declareTests((runner) => ruleSuite({ ...runner, rule, runs: 20 }));
  const passTests = (rule: RuleNotes): Declared[] => declareTests((runner) => passSuite({ ...runner, pass: { name: 'own', rules: [rule.rule] }, build: rule.build, runs: 20 }));

  it('find nothing to complain of in a sound rule', async () => {
    expect([...(await failuresOf(ruleTests(reluOfRelu)))]).to.deep.equal([]);
    expect([...(await failuresOf(passTests(reluOfRelu)))]).to.deep.equal([]);
  });

  const faults: readonly { fault: string; rule: RuleNotes; laws: readonly string[]; pass?: boolean }[] = [
    {
      fault: 'a rule that changes values',
      rule: notes({ name: 'relu-is-nothing', match: () => op(reluOp, any('x')), rewrite: ({ x }) => x! }, (draw) => relu(draw.input([5]))),
      laws: ['leaves types and values as they are', random],
    },
    {
      fault: 'a rule that changes gradients alone',
      rule: notes({ name: 'frozen', match: () => op(reluOp, named('inner', op(reluOp, any('x')))), rewrite: ({ x }, graph) => graph.tensors(([t]) => relu(t!.add(stopGradient(t!)).mul(0.5)), [x!]) }, (draw) => relu(relu(draw.input([5])))),
      laws: ['leaves gradients as they are'],
    },
    {
      fault: 'a rule that never ends',
      rule: notes({ name: 'endless', match: () => op(reluOp, any('x')), rewrite: ({ x }, graph) => graph.tensors(([t]) => relu(t!.add(1).sub(1)), [x!]) }, (draw) => relu(draw.input([5]))),
      laws: ['comes to an end', random],
    },
    {
      fault: 'a rule that never fires',
      rule: notes({ name: 'idle', match: () => op(negOp, op(negOp, op(negOp, any('x')))), rewrite: ({ x }) => x! }, (draw) => relu(draw.input([5]))),
      laws: ['fires on its example', random],
    },
  ];
  for (const { fault, rule, laws } of faults) {
    it(`find ${fault}: ${laws.join('; ')}`, async () => {
      expect(await failing(ruleTests(rule))).to.include.members([...laws]);
      expect(await failing(passTests(rule))).to.include.members([...laws]);
    });
  }

  it('find a rule that saves nothing of what its notes name', async () => {
    const saves = { ...bytes, of: () => 0 };
    expect(await failing(ruleTests({ ...reluOfRelu, saves, rule: { ...reluOfRelu.rule, because: 'of a test', saves } }))).to.include(`lowers its measure (${bytes.unit})`);
  });
});
