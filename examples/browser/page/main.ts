import { UnfoldError } from '@unfoldjs/core';
import { drawDigits } from '@unfoldjs/digits';
import { choices, openChoice, type ChoiceId, type Opened } from './backend-choices.js';
import { backendTableIn } from './backend-table.js';
import { barsIn, mostLikely, percent } from './bars.js';
import { byId } from './dom.js';
import { clearErrors, guarded, showError } from './errors.js';
import { edgesView, featureMapsView } from './filters-view.js';
import { inkOfImage } from './ink.js';
import { latest, queue } from './in-turn.js';
import { modelView } from './model-view.js';
import { padOn } from './pad.js';
import { paint, plain } from './paint.js';
import { readImage } from './pictures.js';
import { programView } from './program-view.js';
import { progressView } from './progress-view.js';
import { sessionOf, type Session } from './session.js';
import { tabsIn } from './tabs.js';
import { milliseconds, timed } from './timing.js';
import { model, side, train } from './train.js';

const inTurn = queue();
const main = byId('main', HTMLElement);
const bars = barsIn(byId('bars', HTMLElement));
const prediction = byId('prediction', HTMLElement);
const runTime = byId('run-time', HTMLElement);
const seen = byId('seen', HTMLCanvasElement);
const runAll = byId('run-all', HTMLButtonElement);
const edges = edgesView();
const program = programView();

const nothing = new Float32Array(side * side);
let ink: Float32Array | null = null;
let panel = 'digits';
let session: Session | null = null;
/** What runs, and what was asked for last. */
let chosen: ChoiceId = 'wasm';
let wanted: ChoiceId = chosen;
let showMaps: Awaited<ReturnType<typeof featureMapsView>> | null = null;
let samples = 0;
let jobs = 0;

function busy(isBusy: boolean): void {
  jobs += isBusy ? 1 : -1;
  main.setAttribute('aria-busy', String(jobs > 0));
}

/** Shows what depends on the drawing, the picture, the backend and the view. */
const refresh = latest(
  guarded(() =>
    inTurn(async () => {
      paint(seen, { data: ink ?? nothing, height: side, width: side, channels: 1 }, 0, plain);
      if (panel === 'filters') await edges.refresh();
      const classifier = session?.classifier;
      if (!classifier) return;
      if (panel === 'filters') showMaps?.(await classifier.featureMaps(ink ?? nothing));
      if (panel === 'program') program.show(await classifier.explain());
      const asked = ink;
      if (!asked) {
        bars.show(null);
        [prediction.textContent, runTime.textContent] = ['–', ''];
        return;
      }
      const { result, ms } = await timed(() => classifier.classify(asked));
      bars.show(result);
      [prediction.textContent, runTime.textContent] = [String(mostLikely(result)), `${milliseconds(ms)} on ${classifier.backend.name}`];
    }),
  ),
  busy,
);

const pad = padOn(byId('pad', HTMLCanvasElement), (drawn) => {
  ink = drawn;
  table.forgetAnswers();
  refresh();
});

const table = backendTableIn(byId('backends', HTMLElement), (id) => void change(id));

/** Goes to another backend when it is this choice's turn, unless somebody has made another by then. */
async function change(id: ChoiceId, open: () => Promise<Opened> = () => openChoice(id)): Promise<void> {
  busy(true);
  clearErrors();
  wanted = id;
  await inTurn(async () => {
    if (wanted === id) await tryOut(id, open);
  });
  refresh();
  busy(false);
}

async function tryOut(id: ChoiceId, open: () => Promise<Opened>): Promise<void> {
  table.busy(id);
  try {
    const { probabilities, ...measured } = await session!.moveTo(open, ink ?? nothing);
    const best = mostLikely(probabilities);
    table.succeeded(id, { ...measured, answer: ink ? `${best} (${percent(probabilities[best]!)})` : '–' });
    chosen = id;
  } catch (error) {
    refuse(id, error);
    showError(error);
  }
  if (wanted === id) table.select(chosen);
}

/** One backend after another, until somebody chooses. */
async function changeToAll(): Promise<void> {
  runAll.disabled = true;
  for (const { id } of choices) {
    await change(id);
    if (wanted !== id) break;
  }
  runAll.disabled = false;
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
  const opening = inTurn(openTrainer);
  refresh();
  const opened = await opening;
  const progress = progressView();
  const trained = await train(progress.show);
  progress.done(trained);
  showMaps = await featureMapsView(trained.weights, model.layers[0]!.name);
  session = sessionOf(trained.weights);
  if (!ink) showSample();
  await change(chosen, async () => opened);
  table.enable();
  runAll.disabled = false;
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
runAll.addEventListener('click', () => void changeToAll());
byId('scene', HTMLButtonElement).addEventListener('click', () => {
  edges.show(null);
  refresh();
});
onFile('digit-file', (image) => pad.show(inkOfImage(image)));
onFile('picture-file', (image) => {
  edges.show(image);
  refresh();
});
tabsIn(byId('tabs', HTMLElement), (opened) => {
  panel = opened;
  refresh();
});
modelView(inTurn, byId('picture', HTMLCanvasElement), () => byId('tab-model', HTMLButtonElement).click());
addEventListener('error', ({ error, message }) => showError(error ?? message));
addEventListener('unhandledrejection', ({ reason }) => showError(reason));
void guarded(start)();
