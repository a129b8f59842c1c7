import { UnfoldError } from '@unfoldjs/core';
import { choice, gridParams, gridSize, integer, logUniform, sampleParams, uniform, type Parameter, type ParamsOf, type Space } from '@unfoldjs/distributed';
import { expect } from 'chai';
import fc from 'fast-check';

const seed = fc.nat({ max: 2 ** 31 });
const parameter: fc.Arbitrary<Parameter> = fc.oneof(
  fc.array(fc.oneof(fc.integer(), fc.string(), fc.boolean()), { minLength: 1, maxLength: 5 }).map((values) => choice(values)),
  fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.nat({ max: 1e6 })).map(([low, width]) => integer(low, low + width)),
  fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true })).map(([low, width]) => uniform(low, low + width)),
  fc.tuple(fc.double({ min: 1e-9, max: 1, noNaN: true }), fc.double({ min: 1, max: 1e6, noNaN: true })).map(([low, factor]) => logUniform(low, low * factor)),
);
const space: fc.Arbitrary<Space> = fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== '__proto__'), parameter, { minKeys: 1, maxKeys: 5 });

describe('sampling a space', () => {
  it('keeps to every parameter', () => {
    fc.assert(
      fc.property(space, seed, fc.nat(1000), (drawn, from, trial) => {
        const params = sampleParams(drawn, from, trial);
        expect(Object.keys(params)).to.deep.equal(Object.keys(drawn));
        for (const [name, of] of Object.entries(drawn)) {
          const value = params[name] as unknown;
          if (of.kind === 'choice') expect(of.values).to.include(value);
          else expect(value).to.be.within(of.low, of.high);
          if (of.kind === 'integer') expect(value).to.satisfy(Number.isInteger);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('gives a trial the same whatever other trials were drawn, and in whatever order the names stand', () => {
    fc.assert(
      fc.property(space, seed, fc.nat(1000), (drawn, from, trial) => {
        const params = sampleParams(drawn, from, trial);
        for (const other of [0, trial + 1]) sampleParams(drawn, from, other);
        const backwards = Object.fromEntries(Object.entries(drawn).reverse());
        expect({ ...sampleParams(backwards, from, trial) }).to.deep.equal({ ...params });
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('draws as its parameters say: the shares of 4,000 trials are within five deviations', () => {
    const count = 4000;
    const drawn = Array.from({ length: count }, (_, trial) => sampleParams({ c: choice(['a', 'b', 'c', 'd']), u: uniform(2, 4), l: logUniform(1e-4, 1), i: integer(-1, 2) }, 7, trial));
    const shares = [
      drawn.filter(({ c }) => c === 'd'),
      drawn.filter(({ u }) => u < 2.5),
      drawn.filter(({ l }) => l < 1e-3),
      drawn.filter(({ i }) => i === 2),
      // No parameter follows from another.
      drawn.filter(({ u, l }) => u < 3 && l < 1e-2),
    ];
    // The deviation of a share of one quarter.
    for (const { length } of shares) expect(length / count).to.be.closeTo(0.25, 5 * Math.sqrt((0.25 * 0.75) / count));
  });

  it('infers what a trial is given', () => {
    const typed = { rate: logUniform(1e-3, 1), width: integer(1, 4), activation: choice(['relu', 'elu']), layers: choice([[8], [8, 16]]) };
    const { rate, width, activation, layers }: ParamsOf<typeof typed> = sampleParams(typed, 1, 1);
    const word: 'relu' | 'elu' = activation;
    // @ts-expect-error another word than those to choose from
    const other: 'tanh' = activation;
    expect([typeof rate, typeof width, typeof word, Array.isArray(layers), other]).to.deep.equal(['number', 'number', 'string', true, word]);
  });
});

describe('a grid', () => {
  it('has every combination once', () => {
    const grid = { a: choice([1, 2, 3]), b: choice(['x', 'y']), c: integer(-1, 2) };
    expect(gridSize(grid)).to.equal(24);
    const all = Array.from({ length: 24 }, (_, trial) => gridParams(grid, trial));
    expect(new Set(all.map((params) => JSON.stringify(params))).size).to.equal(24);
    expect(all[0]).to.deep.equal({ a: 1, b: 'x', c: -1 });
    expect(all[1]).to.deep.equal({ a: 1, b: 'x', c: 0 });
    expect(all[23]).to.deep.equal({ a: 3, b: 'y', c: 2 });
  });

  it('refuses a parameter without a list of values, by its name', () => {
    expect(() => gridSize({ a: choice([1]), rate: uniform(0, 1) })).to.throw(UnfoldError, /`space`.*`rate` is uniform[^]*Fix: name the values/);
  });
});

describe('a parameter', () => {
  const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['no values', () => choice([]), /choice \(`values`\)/],
    ['NaN among the values', () => choice([1, NaN]), /choice \(`values`\): NaN/],
    ['a function among the values', () => choice([Math.sin as never]), /choice \(`values`\)/],
    ['bounds in the wrong order', () => uniform(1, 0), /uniform \(`high`\): 0 is below 1/],
    ['an infinite bound', () => uniform(0, Infinity), /uniform \(`high`\)/],
    ['a logarithm of 0', () => logUniform(0, 1), /logUniform \(`low`\): 0 has no logarithm/],
    ['half a number', () => integer(0.5, 2), /integer \(`low`\): 0.5/],
    ['more than 2^32 whole numbers', () => integer(0, 2 ** 32), /integer \(`high`\)/],
  ];
  for (const [what, make, message] of refused) {
    it(`refuses ${what}`, () => expect(make).to.throw(UnfoldError, message).with.property('code', 'INVALID_ARGUMENT'));
  }
});
