import { ownEngines } from './engines.js';
import { servePage } from './serve-page.js';

servePage(ownEngines);
