import { compile, getBackend, setBackend, type Backend, type Tensor } from '@unfoldjs/core';
import type { OnnxModel } from '@unfoldjs/onnx';
import { choices, openChoice, type ChoiceId } from './backend-choices.js';
import { byId, make } from './dom.js';
import { clearErrors, guarded, messageOf } from './errors.js';
import { inputOf } from './model-input.js';
import { measure, milliseconds } from './timing.js';

/** What a backend made of the model. */
interface Ran {
  readonly device: string;
  readonly first: number;
  readonly median: number;
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly data: Float32Array }[];
}

/** `class 3 (0.981)` for a row of scores, else the shapes. */
function answerOf({ outputs }: Ran): string {
  const [only] = outputs;
  if (outputs.length === 1 && only!.shape.length === 2 && only!.data.length > 1) {
    const best = only!.data.reduce((most, value, i, all) => (value > all[most]! ? i : most), 0);
    return `class ${best} (${only!.data[best]!.toPrecision(3)})`;
  }
  return outputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
}

/** The largest difference of two answers, over the largest element of the first. */
function difference(a: Ran, b: Ran): number {
  let [worst, largest] = [0, Number.MIN_VALUE];
  a.outputs.forEach(({ data }, k) => data.forEach((value, i) => ([worst, largest] = [Math.max(worst, Math.abs(value - b.outputs[k]!.data[i]!)), Math.max(largest, Math.abs(value))])));
  return worst / largest;
}

async function runOn(id: ChoiceId, model: OnnxModel, picture: HTMLCanvasElement, white: number): Promise<Ran> {
  const { backend } = await openChoice(id);
  const run = compile((...inputs: Tensor[]) => model.apply(model.params, inputs));
  try {
    const once = async (): Promise<Ran['outputs']> => {
      const results = await run(...model.inputs.map((info) => inputOf(info, picture, white)));
      const outputs = await Promise.all(results.map(async (result, i) => ({ name: model.outputs[i]!.name, shape: result.shape, data: Float32Array.from(await result.data()) })));
      for (const result of results) result.dispose();
      return outputs;
    };
    const timing = await measure(once);
    return { device: backend.device.label, first: timing.first, median: timing.median, outputs: await once() };
  } finally {
    run.dispose();
    await backend.dispose();
  }
}

/** A model that somebody brings, on every backend: by a button, or dropped anywhere. `inTurn` keeps it from what else runs in the page. */
export function modelView(inTurn: <T>(job: () => Promise<T>) => Promise<T>, picture: HTMLCanvasElement, open: () => void): void {
  const [name, summary, run] = [byId('model-name', HTMLElement), byId('model-summary', HTMLElement), byId('model-run', HTMLButtonElement)];
  const rows = new Map(
    choices.map(({ id, title }) => {
      const cells = ['Device', 'First run', 'Median', 'Answer'].map((label) => make('td', { 'data-label': label }, '–'));
      byId('model-backends', HTMLElement).append(make('tr', { 'data-on': id }, make('th', { scope: 'row' }, title), ...cells));
      return [id, cells] as const;
    }),
  );
  const fill = (id: ChoiceId, state: string, contents: readonly string[]): void => {
    const cells = rows.get(id)!;
    cells[0]!.parentElement!.dataset['state'] = state;
    cells.forEach((cell, i) => cell.replaceChildren(contents[i] ?? '–'));
  };
  let model: OnnxModel | null = null;

  const runAll = async (): Promise<void> => {
    run.disabled = true;
    const opened = model!;
    const white = Number(byId('model-scale', HTMLSelectElement).value);
    let expected: Ran | null = null;
    for (const { id } of choices) {
      fill(id, 'busy', ['opening …']);
      try {
        const ran = await inTurn(() => withBackendAfter(() => runOn(id, opened, picture, white)));
        expected ??= ran;
        const off = difference(expected, ran);
        fill(id, 'ran', [ran.device, milliseconds(ran.first), milliseconds(ran.median), `${answerOf(ran)}${off === 0 ? '' : `, ${off.toExponential(0)} off the first`}`]);
      } catch (error) {
        fill(id, 'refused', [messageOf(error).split('\n')[0]!]);
      }
    }
    run.disabled = false;
  };
  const show = async (file: File): Promise<void> => {
    clearErrors();
    open();
    name.textContent = `${file.name} …`;
    const { importOnnx } = await import('@unfoldjs/onnx');
    try {
      model = await importOnnx(file);
    } catch (error) {
      name.textContent = 'Drop one anywhere on this page.';
      throw error;
    }
    name.textContent = file.name;
    summary.textContent = summaryOf(model);
    await runAll();
  };

  const input = byId('model-file', HTMLInputElement);
  input.addEventListener(
    'change',
    guarded(async () => {
      const [file] = input.files ?? [];
      input.value = '';
      if (file) await show(file);
    }),
  );
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    const file = [...(event.dataTransfer?.files ?? [])].find((each) => each.name.endsWith('.onnx'));
    if (file) void guarded(show)(file);
  });
  run.addEventListener('click', () => void guarded(runAll)());
}

/** Free sizes other than the first have no table. */
function summaryOf(model: OnnxModel): string {
  try {
    return String(model.summary());
  } catch {
    return model.inputs.map(({ name, type, shape }) => `${name}: ${type} [${(shape ?? []).map((dim) => dim ?? '?').join(', ')}]`).join('\n');
  }
}

/** The page's own backend is the chosen one again afterwards. */
async function withBackendAfter<T>(job: () => Promise<T>): Promise<T> {
  let before: Backend | null = null;
  try {
    before = getBackend();
  } catch {
    // None was chosen yet.
  }
  try {
    return await job();
  } finally {
    if (before) await setBackend(before);
  }
}
