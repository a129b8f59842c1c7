import type { Visit } from '@unfoldjs/test-support/browser';

type Page = Visit['page'];
export type Point = readonly [x: number, y: number];

/** An upright stroke, in parts of the pad. */
export const stroke: readonly Point[] = Array.from({ length: 9 }, (_, i) => [0.5, 0.15 + (0.7 * i) / 8]);

/** A ring, higher than wide. */
export const ring: readonly Point[] = Array.from({ length: 21 }, (_, i) => [0.5 + 0.22 * Math.sin((2 * Math.PI * i) / 20), 0.5 - 0.34 * Math.cos((2 * Math.PI * i) / 20)]);

/** Draws on the empty pad with the mouse, and waits for the answer. */
export async function draw(page: Page, points: readonly Point[]): Promise<void> {
  await page.click('#clear');
  const { x, y, width, height } = (await page.locator('#pad').boundingBox())!;
  const at = ([u, v]: Point): [number, number] => [x + u * width, y + v * height];
  await page.mouse.move(...at(points[0]!));
  await page.mouse.down();
  for (const point of points) await page.mouse.move(...at(point));
  await page.mouse.up();
  await settled(page);
}

/** The same by finger. */
export async function drawByFinger(page: Page, points: readonly Point[]): Promise<void> {
  await page.click('#clear');
  const { x, y, width, height } = (await page.locator('#pad').boundingBox())!;
  const hand = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at: readonly Point[]) =>
    hand.send('Input.dispatchTouchEvent', { type, touchPoints: at.map(([u, v]) => ({ x: x + u * width, y: y + v * height })) });
  await touch('touchStart', points.slice(0, 1));
  for (const point of points) await touch('touchMove', [point]);
  await touch('touchEnd', []);
  await hand.detach();
  await settled(page);
}

/** Waits until nothing is left to show. */
export const settled = async (page: Page): Promise<void> => void (await page.waitForSelector('#main[aria-busy=false]'));

export interface Answer {
  readonly digit: string;
  readonly probabilities: readonly number[];
}

export async function answerOf(page: Page): Promise<Answer> {
  const digit = await page.textContent('#prediction');
  const texts = await page.locator('#bars li').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-probability')));
  return { digit: digit!, probabilities: texts.map(Number) };
}

/** Chooses a backend and waits until it has run. Gives the text of its row, and what became of it. */
export async function choose(page: Page, id: string): Promise<{ state: string; text: string }> {
  await page.click('#tab-digits');
  await page.locator(`input[value=${id}]`).click();
  await settled(page);
  const row = page.locator(`tr[data-backend=${id}]`);
  return { state: (await row.getAttribute('data-state'))!, text: await row.innerText() };
}

/** How many different values the pixels of a canvas have: 1 where nothing was painted. */
export const tonesOf = (page: Page, selector: string): Promise<number[]> =>
  page.locator(selector).evaluateAll((canvases) =>
    (canvases as HTMLCanvasElement[]).map((canvas) => new Set(new Uint32Array(canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size),
  );
