/** The page of browser.test.ts. */
import { wasm } from '@unfoldjs/backend-wasm';
import { servePage } from '@unfoldjs/test-support/suite-page';
import { train } from './training.js';

/** Losses, and how often a timer of the page fired during each step. */
export async function trainWithTimer(steps: number): Promise<{ losses: number[]; ticks: number[] }> {
  const ticks: number[] = [];
  const timer = setInterval(() => ticks.length > 0 && ticks[ticks.length - 1]!++, 1);
  const losses = await train(steps, () => ticks.push(0));
  clearInterval(timer);
  return { losses, ticks };
}

servePage(wasm, { trainWithTimer });
