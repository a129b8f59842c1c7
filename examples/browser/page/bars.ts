import { make } from './dom.js';

/** Ten bars for ten probabilities. */
export interface Bars {
  show(probabilities: ArrayLike<number> | null): void;
}

/** What is more likely than all others. */
export function mostLikely(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < probabilities.length; i++) if (probabilities[i]! > probabilities[best]!) best = i;
  return best;
}

export const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

export function barsIn(list: HTMLElement): Bars {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const fill = make('span', { class: 'fill' });
    const text = make('span', { class: 'percent' }, '–');
    const row = make('li', {}, make('span', { class: 'digit' }, String(digit)), make('span', { class: 'track', 'aria-hidden': 'true' }, fill), text);
    list.append(row);
    return { row, fill, text };
  });
  return {
    show(probabilities) {
      const best = probabilities && mostLikely(probabilities);
      rows.forEach(({ row, fill, text }, digit) => {
        const probability = probabilities?.[digit] ?? 0;
        row.classList.toggle('best', digit === best);
        row.dataset['probability'] = probabilities ? String(probability) : '';
        fill.style.inlineSize = `${100 * probability}%`;
        text.textContent = probabilities ? percent(probability) : '–';
      });
    },
  };
}
