import { parseArgs } from 'node:util';

/** A mistake on the command line. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** A flag: its default (null: it must be given), what it is, and for words the words that it takes. */
export interface Flag {
  readonly default: string | number | boolean | null;
  readonly help: string;
  readonly words?: readonly string[];
  /** Numbers that need not be whole. */
  readonly fraction?: true;
}

/** What is read for each flag: one of its words where it has some, otherwise the kind of its default. */
export type Values<Flags extends Record<string, Flag>> = { readonly [Name in keyof Flags]: ValueOf<Flags[Name]> };
type ValueOf<F extends Flag> = F extends { readonly words: readonly (infer Word)[] } ? Word : F['default'] extends number ? number : F['default'] extends boolean ? boolean : string;

/**
 * The flags of a command line, checked: numbers where the default is one. With `--help` it prints what there is and gives null.
 *
 * @throws FlagError for a flag that is unknown, missing or out of its kind.
 */
export function readFlags<const Flags extends Record<string, Flag>>(about: string, flags: Flags, args: readonly string[]): Values<Flags> | null {
  const options = Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { type: typeof flag.default === 'boolean' ? ('boolean' as const) : ('string' as const) }]));
  let given: Record<string, string | boolean | undefined>;
  try {
    given = parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean', short: 'h' } } }).values as typeof given;
  } catch (error) {
    throw new FlagError(`${(error as Error).message.replace(/\. To specify a positional[^]*/, '.')} See --help.`);
  }
  if (given['help']) {
    console.log(helpText(about, flags));
    return null;
  }
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, valueOf(name, flag, given[name])])) as Values<Flags>;
}

function valueOf(name: string, flag: Flag, text: string | boolean | undefined): string | number | boolean {
  if (text === undefined) {
    if (flag.default === null) throw new FlagError(`--${name} is missing: ${flag.help}.`);
    return flag.default;
  }
  if (flag.words && !flag.words.includes(String(text))) throw new FlagError(`--${name} ${text} is unknown. Use ${flag.words.join(', ')}.`);
  if (typeof flag.default !== 'number') return text;
  const value = Number(text);
  if (String(text).trim() === '' || !Number.isFinite(value) || value < 0 || (!flag.fraction && !Number.isInteger(value))) {
    throw new FlagError(`--${name} ${JSON.stringify(text)} is not a ${flag.fraction ? 'number' : 'whole number'} from 0.`);
  }
  return value;
}

function helpText(about: string, flags: Record<string, Flag>): string {
  const rows = Object.entries(flags).map(([name, flag]) => [`--${name}${typeof flag.default === 'boolean' ? '' : ` <${flag.words?.join('|') ?? (typeof flag.default === 'number' ? 'n' : 'text')}>`}`, flag] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${about}\n\n${rows.map(([name, flag]) => `  ${name.padEnd(width)}  ${flag.help}${flag.default === null || flag.default === false || flag.default === '' ? '' : ` (default: ${flag.default})`}`).join('\n')}`;
}
