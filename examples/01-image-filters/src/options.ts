import { parseArgs } from 'node:util';
import { messageOf, UserError } from './user-error.js';

export const backendChoices = ['auto', 'cpu', 'wasm', 'gpu'] as const;
export type BackendChoice = (typeof backendChoices)[number];

export interface Options {
  /** Path of a PNG or JPEG; null for the picture of the project. */
  readonly image: string | null;
  readonly out: string;
  readonly backend: BackendChoice;
  /** Longer sides are reduced before filtering. */
  readonly maxSide: number;
  /** Rounds of the timing table; 0 for none. */
  readonly rounds: number;
}

export const usage = `A filter bank on a picture, as one lazy graph on every backend of this machine.

  npm start
  npm start -- --image photo.png --out results

Options
  -i, --image <file>     a PNG or JPEG (default: a picture that comes with the project)
  -o, --out <folder>     where index.html and the PNGs go (default: out/image-filters)
  -b, --backend <name>   auto  cpu, wasm, and the GPU; without a hardware GPU gpu.js's webasm mode (default)
                         cpu   plain JavaScript alone
                         wasm  WebAssembly alone
                         gpu   a hardware GPU alone, or an error that says why there is none
      --max-side <n>     reduces pictures with a longer side than n pixels (default: 1024)
      --rounds <n>       rounds of the timing table, 0 for none (default: 5)
  -h, --help             this text`;

/** The options on a command line; null where it asks for help. @throws UserError, exit code 2. */
export function parseOptions(args: readonly string[]): Options | null {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        image: { type: 'string', short: 'i' },
        out: { type: 'string', short: 'o', default: 'out/image-filters' },
        backend: { type: 'string', short: 'b', default: 'auto' },
        'max-side': { type: 'string', default: '1024' },
        rounds: { type: 'string', default: '5' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new UserError(`${messageOf(error).replace(/\. To specify a positional[^]*/, '.')}\nSee --help.`, 2);
  }
  if (values.help) return null;
  const backend = backendChoices.find((name) => name === values.backend);
  if (!backend) throw new UserError(`--backend ${values.backend} is unknown. Fix: use ${backendChoices.join(', ')}.`, 2);
  return { image: values.image ?? null, out: values.out, backend, maxSide: wholeNumber('--max-side', values['max-side'], 1), rounds: wholeNumber('--rounds', values.rounds, 0) };
}

function wholeNumber(name: string, text: string, min: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < min) throw new UserError(`${name} ${JSON.stringify(text)} is not a whole number from ${min}.`, 2);
  return value;
}
