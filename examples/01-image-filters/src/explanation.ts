import type { Backend } from '@unfoldjs/core';
import type { Picture } from './picture.js';

/** What `explain` says of the bank on a backend. */
export async function explanationOf(_picture: Picture, _backend: Backend): Promise<string> {
  return '';
}
