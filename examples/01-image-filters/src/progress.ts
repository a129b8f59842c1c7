import { formatTime } from '@unfoldjs/measure';

/** Where progress is written; a terminal has its line drawn over, anything else gets plain lines. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  /** Shows `label` while `work` runs, then how long it took. Work may tell how far it is. */
  stage<T>(label: string, work: (update: (detail: string) => void) => T | Promise<T>): Promise<T>;
}

const plainEveryMs = 5000;

/** Progress on a stream. Plain lines come at the start of a stage, at most every 5 s within it, and at its end if it took over a second. */
export function progressOn(stream: ProgressStream, now: () => number = () => performance.now()): Progress {
  const redraw = (text: string): unknown => stream.write(`\r\x1b[2K${text}`);
  return {
    async stage(label, work) {
      const start = now();
      let spoken = start;
      const update = (detail: string): void => {
        if (stream.isTTY) redraw(`  ${label}: ${detail}`);
        else if (now() - spoken >= plainEveryMs) {
          spoken = now();
          stream.write(`  ${label}: ${detail}\n`);
        }
      };
      if (stream.isTTY) redraw(`  ${label} ...`);
      else stream.write(`${label} ...\n`);
      // Gives the terminal a chance before work that never yields.
      await new Promise((resolve) => setImmediate(resolve));
      try {
        return await work(update);
      } finally {
        const took = now() - start;
        if (stream.isTTY) redraw(took >= 1000 ? `  ${label}: ${formatTime(took)}\n` : '');
        else if (took >= 1000) stream.write(`  ${formatTime(took)}\n`);
      }
    },
  };
}
