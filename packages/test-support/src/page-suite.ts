import { sections } from '@unfoldjs/backend-testkit';
import type { TestPage } from './browser.js';
import { skip } from './skip.js';
import type { SuiteOptions } from './suite-page.js';

/** Declares the suite that every backend passes, run by a page on the backend that it has opened. */
export function suiteInPage(page: () => TestPage, options: SuiteOptions): void {
  describe('conforms', () => {
    sections().forEach((section, at) => {
      describe(section.name, () => {
        section.cases.forEach((each, index) =>
          it(each.title, async function () {
            const denied = await page().call<string | null>('conforms', at, index, options);
            if (denied !== null) skip(this, denied);
          }),
        );
      });
    });
  });
}
