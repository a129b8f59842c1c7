/** What a sweep tried, as an HTML page. Apart from the rest, as what draws it takes a while to load. */
export { sweepReport, writeSweepReport } from './page.js';
