/** An explanation, and a profile, as one HTML page. */
export { toHtml } from './to-html.js';
