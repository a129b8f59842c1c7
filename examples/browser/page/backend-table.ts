import type { Backend, BackendRefusal } from '@unfoldjs/core';
import { choices, type ChoiceId } from './backend-choices.js';
import { make } from './dom.js';
import { milliseconds, type Timing } from './timing.js';

export interface Result {
  readonly backend: Backend;
  readonly refusals: readonly BackendRefusal[];
  readonly timing: Timing;
  readonly answer: string;
}

/** The list of backends: what to choose, and what is known of those that were tried. */
export interface BackendTable {
  select(id: ChoiceId): void;
  /** Lets people choose. */
  enable(): void;
  busy(id: ChoiceId): void;
  succeeded(id: ChoiceId, result: Result): void;
  refused(id: ChoiceId, reason: string): void;
  /** Takes the answers away, which were about another drawing. */
  forgetAnswers(): void;
}

export function backendTableIn(body: HTMLElement, chosen: (id: ChoiceId) => void): BackendTable {
  const rows = new Map<ChoiceId, { radio: HTMLInputElement; row: HTMLTableRowElement; cells: readonly HTMLTableCellElement[] }>();
  for (const { id, title, about } of choices) {
    const radio = make('input', { type: 'radio', name: 'backend', value: id, disabled: '' });
    const label = make('label', {}, radio, make('span', {}, make('strong', {}, title), make('small', {}, about)));
    const cells = ['Device', 'First run', 'Median', 'Answer'].map((name) => make('td', { 'data-label': name }, '–'));
    const row = make('tr', { 'data-backend': id }, make('th', { scope: 'row' }, label), ...cells);
    radio.addEventListener('change', () => chosen(id));
    body.append(row);
    rows.set(id, { radio, row, cells });
  }
  const fill = (id: ChoiceId, state: string, contents: readonly (readonly (Node | string)[])[]): void => {
    const { row, cells } = rows.get(id)!;
    row.dataset['state'] = state;
    cells.forEach((cell, i) => cell.replaceChildren(...(contents[i] ?? ['–'])));
  };
  return {
    select: (id) => void (rows.get(id)!.radio.checked = true),
    enable: () => rows.forEach(({ radio }) => void (radio.disabled = false)),
    forgetAnswers: () => rows.forEach(({ cells }) => cells.at(-1)!.replaceChildren('–')),
    busy: (id) => fill(id, 'busy', [['opening …']]),
    refused: (id, reason) => fill(id, 'refused', [[make('span', { class: 'reason' }, reason)]]),
    succeeded(id, { backend: { device }, refusals, timing, answer }) {
      const { runsIn } = device.details;
      const notes = [
        ...(runsIn === undefined ? [] : [make('small', {}, `runs in ${runsIn}`)]),
        ...(device.fallbackReason === null ? [] : [make('small', { class: 'reason' }, device.fallbackReason)]),
        ...refusals.map(({ name, reason }) => make('details', { class: 'reason' }, make('summary', {}, `${name} refused`), reason)),
      ];
      fill(id, 'ran', [[device.label, ...notes], [milliseconds(timing.first)], [milliseconds(timing.median), make('small', {}, `of ${timing.runs}`)], [answer]]);
    },
  };
}
