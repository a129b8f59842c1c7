import { donation } from './contract/donation.js';
import { facts } from './contract/facts.js';
import { lifetimes } from './contract/lifetimes.js';
import { ownership } from './contract/ownership.js';
import { runs } from './contract/runs.js';
import { travel } from './contract/travel.js';
import type { Section } from './section.js';

/** The promises of the methods themselves: see `Backend` in the core. */
export const contract = (): Section => ({ name: 'contract', mode: 'test', cases: [...facts(), ...travel(), ...ownership(), ...runs(), ...donation(), ...lifetimes()] });
