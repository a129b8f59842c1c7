import { cpu } from '@unfoldjs/backend-cpu';
import { setBackend, type Backend } from '@unfoldjs/core';
import { expect } from 'chai';
import { gradientFault } from './gradients/differences.js';
import { gradientRooms, withoutGradient } from './gradients/rows.js';
import { publicFunctions } from './support/ops-page.js';

const long = process.env['UNFOLD_LONG'] === '1';
const seeds = Array.from({ length: long ? 50 : 3 }, (_, i) => 100 + i);

describe('gradients are what central differences in doubles say', () => {
  let backend: Backend;
  before(async () => {
    backend = await setBackend(cpu({ precision: 'float64' }));
  });
  after(() => backend.dispose());

  it('of every function but those that have none', () => {
    const named = Object.values(gradientRooms).flatMap((rows) => rows.map(({ name }) => /^\w+/.exec(name)![0]));
    for (const { name } of publicFunctions()) expect(named.includes(name) !== name in withoutGradient, name).to.equal(true);
  });

  for (const [room, rows] of Object.entries(gradientRooms)) {
    describe(room, () => {
      for (const row of rows) {
        for (const order of [1, 2] as const) {
          it(order === 1 ? row.name : `${row.name}, differentiated twice`, async () => {
            for (const seed of order === 1 ? seeds : seeds.slice(0, long ? 10 : 1)) expect(await gradientFault(row, seed, order), `seed ${seed}`).to.equal(null);
          });
        }
      }
    });
  }
});
