import { percent } from './bars.js';
import { byId } from './dom.js';
import type { Progress, Trained } from './train.js';

/** Drawing the digits, as a part of the whole bar. */
const drawingPart = 0.15;

/** The bar at the top while the page trains, and a line about the result. */
export function progressView(): { show(progress: Progress): void; done(trained: Trained): void } {
  const bar = byId('progress', HTMLProgressElement);
  const text = byId('training', HTMLElement);
  let meanLoss = NaN;
  let meanAccuracy = NaN;
  // Of single steps, which jump about.
  const smooth = (mean: number, value: number): number => (Number.isNaN(mean) ? value : 0.95 * mean + 0.05 * value);
  return {
    show({ what, done, epoch, epochs, loss, accuracy }) {
      bar.value = what === 'drawing' ? drawingPart * done : drawingPart + (1 - drawingPart) * done;
      if (what === 'drawing') {
        text.textContent = 'Drawing digits to learn from …';
        return;
      }
      [meanLoss, meanAccuracy] = [smooth(meanLoss, loss), smooth(meanAccuracy, accuracy)];
      text.textContent = `Training in this page: epoch ${epoch} of ${epochs}, loss ${meanLoss.toFixed(3)}, accuracy ${percent(meanAccuracy)}`;
    },
    done({ seconds, images, accuracy, others }) {
      bar.hidden = true;
      // Not before: nobody wants to be told of each step.
      text.role = 'status';
      text.textContent = `Trained in this page on ${images} digits in ${seconds.toFixed(1)} s; it recognises ${percent(accuracy)} of ${others} others. Draw one.`;
    },
  };
}
