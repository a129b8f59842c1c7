import type { EpochRecord } from './history.js';

/** Where progress is written: a stream of Node is one. */
export interface ProgressOutput {
  write(text: string): unknown;
  /** True where a line can be drawn again. */
  readonly isTTY?: boolean | undefined;
  /** Characters a line. Default: 80. */
  readonly columns?: number | undefined;
}

export interface ProgressOptions {
  /** Default: standard output where there is one, else the console. */
  readonly output?: ProgressOutput | undefined;
  /** Milliseconds, for measuring time. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
}

/** What the bar shows. */
export interface ProgressState {
  readonly epoch: number;
  readonly epochs: number;
  /** Batches done and all of them, where that is known. */
  readonly done: number;
  readonly total: number | null;
  readonly images: number;
  readonly seconds: number;
  readonly loss: number;
  readonly metrics: { readonly [name: string]: number };
}

export interface Progress {
  step(state: ProgressState): void;
  epoch(record: EpochRecord, epochs: number): void;
  /** Leaves the cursor on a line of its own. */
  end(): void;
}

/** A bar is drawn again no sooner than after so many milliseconds. */
const interval = 100;

/** A bar that is redrawn while an epoch runs, on a terminal; a line for each epoch everywhere. */
export function progressOn({ output = defaultOutput(), now }: ProgressOptions & { readonly now: () => number }): Progress {
  let drawnAt = -Infinity;
  let isOpen = false;
  const clear = (): void => {
    if (isOpen) output.write('\r\u001b[K');
    isOpen = false;
  };
  return {
    step(state) {
      if (!output.isTTY || now() - drawnAt < interval) return;
      drawnAt = now();
      output.write(`\r${barLine(state).slice(0, (output.columns ?? 80) - 1)}\u001b[K`);
      isOpen = true;
    },
    epoch(record, epochs) {
      clear();
      output.write(`${epochLine(record, epochs)}\n`);
    },
    end: clear,
  };
}

/** `epoch 2/5 [=====>    ] 120/250  ETA 12 s  1,234 images/s  loss 0.1234  accuracy 0.9650` */
export function barLine({ epoch, epochs, done, total, images, seconds, loss, metrics }: ProgressState): string {
  const width = 20;
  const filled = total ? Math.round((width * done) / total) : 0;
  const bar = total ? ` [${'='.repeat(Math.max(0, filled - 1))}${filled > 0 ? (done < total ? '>' : '=') : ''}${' '.repeat(width - filled)}] ${done}/${total}` : ` ${done} batches`;
  const left = total && done > 0 ? `  ETA ${duration((seconds / done) * (total - done))}` : '';
  return `epoch ${epoch + 1}/${epochs}${bar}${left}  ${rate(images / seconds)}  ${numbers(loss, metrics)}`;
}

/** `epoch 2/5  250 steps  10.2 s  1,234 images/s  loss 0.1234  accuracy 0.9650  validation loss 0.1500  accuracy 0.9600` */
export function epochLine({ epoch, step, seconds, imagesPerSecond, loss, metrics, validation }: EpochRecord, epochs: number): string {
  const measured = validation ? `  validation ${numbers(validation.loss, validation.metrics)}` : '';
  return `epoch ${epoch + 1}/${epochs}  step ${step}  ${duration(seconds)}  ${rate(imagesPerSecond)}  ${numbers(loss, metrics)}${measured}`;
}

const numbers = (loss: number, metrics: Readonly<Record<string, number>>): string =>
  [['loss', loss] as const, ...Object.entries(metrics)].map(([name, value]) => `${name} ${value.toFixed(4)}`).join('  ');

const rate = (perSecond: number): string => `${Number.isFinite(perSecond) ? Math.round(perSecond).toLocaleString('en-US') : '-'} images/s`;

/** `9.5 s`, `75 s` is `1 min 15 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The host's standard output, or its console by whole lines. */
function defaultOutput(): ProgressOutput {
  const host = globalThis as { readonly process?: { readonly stdout?: Partial<ProgressOutput> }; readonly console?: { log(text: string): void } };
  const stdout = host.process?.stdout;
  if (typeof stdout?.write === 'function') return stdout as ProgressOutput;
  return { write: (text) => host.console?.log(text.trimEnd()) };
}
