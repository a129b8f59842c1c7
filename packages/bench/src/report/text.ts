import { textTable } from '@unfoldjs/measure';
import type { Section } from './section.js';

const sectionText = ({ title, table, notes = [] }: Section): string =>
  [[title, table && textTable(table.header, table.rows)].filter(Boolean).join('\n'), ...notes].filter(Boolean).join('\n\n');

/** Sections for a terminal. */
export const asText = (sections: readonly Section[]): string => sections.map(sectionText).filter(Boolean).join('\n\n');
