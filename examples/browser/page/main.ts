import { setBackend, UnfoldError } from '@unfoldjs/core';
import { drawDigits } from '@unfoldjs/digits';
import { choices, openChoice, type ChoiceId, type Opened } from './backend-choices.js';
import { backendTableIn } from './backend-table.js';
import { barsIn, mostLikely, percent } from './bars.js';
import { classifierOn, type Classifier } from './classifier.js';
import { byId } from './dom.js';
import { clearErrors, guarded, showError } from './errors.js';
import { edgesView, featureMapsView } from './filters-view.js';
import { inkOfImage } from './ink.js';
import { latest, queue } from './in-turn.js';
import { padOn } from './pad.js';
import { paint, plain } from './paint.js';
import { readImage } from './pictures.js';
import { programView } from './program-view.js';
import { progressView } from './progress-view.js';
import { tabsIn } from './tabs.js';
import { measure, milliseconds, timed } from './timing.js';
import { model, side, train, type Trained } from './train.js';

const inTurn = queue();
const main = byId('main', HTMLElement);
const bars = barsIn(byId('bars', HTMLElement));
const prediction = byId('prediction', HTMLElement);
const runTime = byId('run-time', HTMLElement);
const seen = byId('seen', HTMLCanvasElement);
const picture = edgesView();
const program = programView();

let trained: Trained | null = null;
let classifier: Classifier | null = null;
let chosen: ChoiceId = 'wasm';
let ink: Float32Array | null = null;
let panel = 'digits';
let showMaps: Awaited<ReturnType<typeof featureMapsView>> | null = null;
let samples = 0;

const emptyInk = new Float32Array(side * side);

/** Shows everything that depends on the drawing. */
const refresh = latest(
  guarded(() =>
    inTurn(async () => {
      paint(seen, { data: ink ?? emptyInk, height: side, width: side, channels: 1 }, 0, plain);
      if (panel === 'program' && classifier) program.show(await classifier.explain());
      if (panel === 'filters') await picture.refresh();
      if (!classifier) return;
      if (panel === 'filters') showMaps?.(await classifier.featureMaps(ink ?? emptyInk));
      if (!ink) {
        bars.show(null);
        [prediction.textContent, runTime.textContent] = ['–', ''];
        return;
      }
      let probabilities = new Float32Array();
      const ms = await timed(async () => (probabilities = (await classifier!.classify(ink!)) as Float32Array<ArrayBuffer>));
      bars.show(probabilities);
      prediction.textContent = String(mostLikely(probabilities));
      runTime.textContent = `${milliseconds(ms)} on ${classifier.backend.name}`;
    }),
  ),
  (isBusy) => main.setAttribute('aria-busy', String(isBusy)),
);

const pad = padOn(byId('pad', HTMLCanvasElement), (drawn) => {
  ink = drawn;
  refresh();
});

const table = backendTableIn(byId('backends', HTMLElement), (id) => void change([id]));

/** Tries backends, one after another; the last that opens stays. */
const change = guarded(async (ids: readonly ChoiceId[]) => {
  clearErrors();
  table.enable(false);
  byId('run-all', HTMLButtonElement).disabled = true;
  for (const id of ids) await inTurn(() => run(id));
  table.enable(true);
  byId('run-all', HTMLButtonElement).disabled = false;
  refresh();
});

/** The same weights on another backend. One that does not open leaves the one before. */
async function run(id: ChoiceId): Promise<void> {
  table.busy(id);
  const before = classifier;
  let opened: Opened | null = null;
  try {
    opened = await openChoice(id);
    const next = await classifierOn(opened.backend, trained!.weights);
    const timing = await measure(() => next.classify(ink ?? emptyInk));
    const probabilities = await next.classify(ink ?? emptyInk);
    const best = mostLikely(probabilities);
    table.succeeded(id, { ...opened, timing, answer: ink ? `${best} (${percent(probabilities[best]!)})` : '–' });
    [classifier, chosen] = [next, id];
    await before?.dispose();
  } catch (error) {
    refuse(id, error);
    showError(error);
    if (before) await setBackend(before.backend);
    await opened?.backend.dispose();
  }
  table.select(chosen);
}

const refuse = (id: ChoiceId, error: unknown): void => table.refused(id, error instanceof UnfoldError ? `${error.code}: ${error.problem}` : String(error));

/** What is fastest without a GPU, for which gpu.js would have to be loaded. */
async function openTrainer(): Promise<Opened> {
  try {
    return await openChoice(chosen);
  } catch (error) {
    refuse(chosen, error);
    chosen = 'cpu';
    return openChoice(chosen);
  }
}

async function start(): Promise<void> {
  refresh();
  const progress = progressView();
  const { backend } = await openTrainer();
  trained = await train(progress.show);
  progress.done(trained);
  showMaps = await featureMapsView(trained.weights, model.layers[0]!.name);
  await change([chosen]);
  await backend.dispose();
  showSample();
  main.dataset['state'] = 'trained';
}

/** A digit that the model has not learned from, drawn by the project. */
function showSample(): void {
  const { images } = drawDigits(10, { seed: 2e6 + samples, side });
  const index = (3 + 7 * samples++) % 10;
  pad.show(Float32Array.from(images.data.subarray(index * side * side, (index + 1) * side * side), (byte) => byte / 255));
}

function onFile(id: string, use: (image: ImageBitmap) => void): void {
  const input = byId(id, HTMLInputElement);
  input.addEventListener(
    'change',
    guarded(async () => {
      const [file] = input.files ?? [];
      // The same file may be chosen again.
      input.value = '';
      if (!file) return;
      clearErrors();
      use(await readImage(file));
    }),
  );
}

byId('clear', HTMLButtonElement).addEventListener('click', pad.clear);
byId('sample', HTMLButtonElement).addEventListener('click', showSample);
byId('run-all', HTMLButtonElement).addEventListener('click', () => void change(choices.map(({ id }) => id)));
byId('scene', HTMLButtonElement).addEventListener('click', () => {
  picture.show(null);
  refresh();
});
onFile('digit-file', (image) => pad.show(inkOfImage(image)));
onFile('picture-file', (image) => {
  picture.show(image);
  refresh();
});
tabsIn(byId('tabs', HTMLElement), (opened) => {
  panel = opened;
  refresh();
});
addEventListener('error', ({ error, message }) => showError(error ?? message));
addEventListener('unhandledrejection', ({ reason }) => showError(reason));
void guarded(start)();
