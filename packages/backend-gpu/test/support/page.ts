/** The page of browser.test.ts. */
import { gpu } from '@unfoldjs/backend-gpu';
import { servePage } from '@unfoldjs/test-support/suite-page';

servePage(gpu);
