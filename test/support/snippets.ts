// Finds the code in the documents: fences of Markdown pages and @example blocks of doc comments.
//
//   ```ts            runs; continues the fences above it on the page, unless it has imports of its own
//   ```js            the same, without a check of types
//   ```ts no-run     is shown only (rare: the test lists them)
//   ```text output   is what the fence above prints; "…" stands for anything within a line
//   expression; // => text     the value, as util.inspect shows it; "…" again stands for anything

/** Code that runs as one module. Each part may say what it prints. */
export interface Snippet {
  readonly place: string;
  readonly parts: readonly Part[];
}

interface Part {
  readonly line: number;
  readonly code: string;
  /** True for plain JavaScript, whose types are not checked. */
  readonly untyped?: boolean;
  readonly output?: string;
}

export interface Found {
  readonly snippets: readonly Snippet[];
  /** How many pieces of code are marked no-run. */
  readonly notRun: number;
}

const fence = /^( *)```(\w*)([^\n]*)\n([\s\S]*?)^\1```/gm;
const languages = ['ts', 'js', 'typescript', 'javascript'];
const hasImports = (code: string): boolean => /^\s*import\b/m.test(code);
const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** The fences of a Markdown page. */
export function snippetsOfPage(file: string, text: string): Found {
  const chains: Part[][] = [];
  let notRun = 0;
  for (const match of text.matchAll(fence)) {
    const [, indentation = '', language = '', info = '', body = ''] = match;
    const code = body.replaceAll(new RegExp(`^${indentation}`, 'gm'), '');
    const chain = chains.at(-1);
    if (info.trim() === 'output') {
      const last = chain?.pop();
      if (!chain || !last) throw new Error(`${file}:${lineAt(text, match.index)}: output of no code`);
      chain.push({ ...last, output: code });
    } else if (languages.includes(language)) {
      const part = { line: lineAt(text, match.index) + 1, code, untyped: language.startsWith('j') };
      if (info.includes('no-run')) notRun++;
      else if (chain && !hasImports(code)) chain.push(part);
      else chains.push([part]);
    }
  }
  return { snippets: chains.map((parts) => ({ place: `${file}:${parts[0]?.line}`, parts })), notRun };
}

/** The @example blocks of a source file; each is a snippet of its own. */
export function snippetsOfSource(file: string, text: string): Found {
  const snippets: Snippet[] = [];
  let notRun = 0;
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const lines = comment[0]
      .replace(/^\/\*\*|\*\/$/g, '')
      .split('\n')
      .map((line) => line.replace(/^\s*\*? ?/, ''));
    lines.forEach((line, index) => {
      const title = /^@example\b(.*)$/.exec(line)?.[1]?.trim();
      if (title === undefined) return;
      const rest = lines.slice(index + 1);
      const end = rest.findIndex((next) => /^@\w/.test(next));
      const body = (end < 0 ? rest : rest.slice(0, end)).join('\n');
      const fenced = [...body.matchAll(fence)].map((match) => match[4]);
      const code = fenced.length > 0 ? fenced.join('\n') : body.trim() || title;
      const at = lineAt(text, comment.index) + index + 1;
      if (title === 'no-run') notRun++;
      else snippets.push({ place: `${file}:${at}`, parts: [{ line: at, code }] });
    });
  }
  return { snippets, notRun };
}

/** Whether any part of a snippet has types to check. */
export const isTyped = ({ parts }: Snippet): boolean => parts.some(({ untyped }) => !untyped);

/** Printed between the parts of a snippet, so that each part's output is known. */
export const separator = '\u241e';

/** The module that runs a snippet, in TypeScript. It needs the global function `checkValue`. */
export function moduleOf(snippet: Snippet): string {
  const parts = snippet.parts.map(({ code }) => code.split('\n').map(withCheck).join('\n'));
  return `declare const checkValue: (value: unknown, expected: string) => void;\n${parts.join(`\nconsole.log('${separator}');\n`)}\nexport {};\n`;
}

/** `expression; // => text` becomes a check of the value. */
function withCheck(line: string): string {
  const match = /^(\s*)(.*?);?\s*\/\/ => (.+)$/.exec(line);
  if (!match) return line;
  const [, indentation = '', statement = '', expected = ''] = match;
  const check = (value: string): string => `${indentation}checkValue(${value}, ${JSON.stringify(expected)});`;
  const declared = /^(?:const|let) (\w+)\b.*=/.exec(statement)?.[1];
  if (declared) return `${line.slice(0, line.indexOf('// =>'))}\n${check(declared)}`;
  return check(/^console\.log\((.*)\)$/.exec(statement)?.[1] ?? statement);
}
