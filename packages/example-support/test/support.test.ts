import { expect } from 'chai';
import { getBackend, setBackend, tensor } from '@unfoldjs/core';
import { explain } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { FlagError, openBackend, readFlags, shortExplanation } from '@unfoldjs/example-support';

const flags = {
  data: { default: null, help: 'a folder' },
  epochs: { default: 3, help: 'passes' },
  rate: { default: 0, fraction: true, help: 'speed' },
  flip: { default: false, help: 'mirrors' },
  mode: { default: 'a', words: ['a', 'b'], help: 'a mode' },
} as const;

describe('flags', () => {
  it('are read by the kind of their default', () => {
    expect(readFlags('x', flags, ['--data', 'd'])).to.deep.equal({ data: 'd', epochs: 3, rate: 0, flip: false, mode: 'a' });
    expect(readFlags('x', flags, ['--data=d', '--epochs', '5', '--rate', '0.5', '--flip', '--mode', 'b'])).to.deep.equal({ data: 'd', epochs: 5, rate: 0.5, flip: true, mode: 'b' });
  });

  const refusals: readonly (readonly [readonly string[], string])[] = [
    [[], '--data is missing: a folder.'],
    [['--data', 'd', '--epochs', '1.5'], '--epochs "1.5" is not a whole number from 0.'],
    [['--data', 'd', '--rate', '-1'], 'ambiguous'],
    [['--data', 'd', '--rate=-1'], '--rate "-1" is not a number from 0.'],
    [['--data', 'd', '--rate', ''], '--rate "" is not a number from 0.'],
    [['--data', 'd', '--mode', 'c'], '--mode c is unknown. Use a, b.'],
    [['--data', 'd', '--what'], "Unknown option '--what'"],
    [['d'], "Unexpected argument 'd'"],
  ];
  for (const [args, message] of refusals) {
    it(`are refused with one message: ${args.join(' ') || 'none'}`, () => {
      expect(() => readFlags('x', flags, args)).to.throw(FlagError, message);
    });
  }
});

describe('the backend of an example', () => {
  it('is the one that is named, and it says so', async () => {
    const said: string[] = [];
    const backend = await openBackend('cpu', (line) => said.push(line));
    expect(getBackend()).to.equal(backend);
    expect(said).to.deep.equal([`runs on cpu: ${backend.device.label}`]);
  });

  it('is the best that answers where none is named, with the reasons of those that did not', async () => {
    const said: string[] = [];
    const backend = await openBackend('auto', (line) => said.push(line));
    expect(said.at(-1)).to.equal(`runs on ${backend.name}: ${backend.device.label}`);
    for (const line of said.slice(0, -1)) expect(line).to.match(/^(gpu|wasm) refused: .+/);
  });
});

describe('the short form of explain', () => {
  it('tells steps, rules, memory and the heaviest calls', async () => {
    await setBackend(cpu());
    const text = shortExplanation(await explain(tensor([[1, 2]]).matmul(tensor([[1], [2]])).add(1).relu()), 1);
    expect(text.split('\n')[0]).to.match(/^as written: 3 steps, .* MB written; as run on cpu: 1 steps, .* MB$/);
    expect(text).to.match(/fuse-epilogue x 2/).and.to.match(/peak memory .* MB/).and.to.include('matmulEpilogue(');
  });
});
