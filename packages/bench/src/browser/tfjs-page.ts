import { servePage } from './serve-page.js';
import { tfjsEngines } from './tfjs-engines.js';

servePage(tfjsEngines);
