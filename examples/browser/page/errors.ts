import { UnfoldError } from '@unfoldjs/core';
import { byId, make } from './dom.js';

/** Shows an error in the page: its typed code, what is wrong, what to do. */
export function showError(error: unknown): void {
  const place = byId('errors', HTMLElement);
  const code = error instanceof UnfoldError ? error.code : error instanceof Error ? error.name : 'Error';
  const close = make('button', { type: 'button', class: 'quiet', 'aria-label': 'Dismiss this error' }, '✕');
  const box = make('div', { class: 'error', 'data-code': code }, make('strong', {}, code), make('pre', {}, messageOf(error)), close);
  close.addEventListener('click', () => box.remove());
  place.replaceChildren(box);
}

export const clearErrors = (): void => byId('errors', HTMLElement).replaceChildren();

/** Without the code, which stands beside it. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof UnfoldError ? text.replace(` [${error.code}]`, '') : text;
}

/** Runs what an event asks for; what it throws is shown. */
export function guarded<Arguments extends readonly unknown[]>(job: (...args: Arguments) => Promise<void> | void): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    try {
      await job(...args);
    } catch (error) {
      showError(error);
    }
  };
}
