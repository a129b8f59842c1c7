import type { Backend } from '@unfoldjs/core';
import { explain } from '@unfoldjs/core/explain';
import type { Picture } from './picture.js';
import { bankOf, pixelsOf } from './run-bank.js';

/** What `explain` says of the whole bank on a backend: the rewrites with their reasons, the steps, the memory. */
export async function explanationOf(picture: Picture, backend: Backend): Promise<string> {
  return String(await explain(bankOf(pixelsOf(picture)), { backend }));
}
