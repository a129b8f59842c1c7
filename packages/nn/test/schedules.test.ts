import { constantRate, cosineDecay, stepDecay, warmUp } from '@unfoldjs/nn';
import { expect } from 'chai';
import { refusal } from './helper.js';

describe('schedules', () => {
  it('constantRate stays', () => {
    expect([0, 7, 1e6].map(constantRate(0.3))).to.deep.equal([0.3, 0.3, 0.3]);
  });

  it('stepDecay falls in stairs', () => {
    expect([0, 4, 5, 14, 15].map(stepDecay({ rate: 8, every: 5, factor: 0.5 }))).to.deep.equal([8, 8, 4, 2, 1]);
  });

  it('cosineDecay falls all the way, slowly at both ends, and stays', () => {
    const schedule = cosineDecay({ rate: 2, steps: 90, alpha: 0.1 });
    expect(schedule(0)).to.equal(2);
    expect(schedule(45)).to.be.closeTo(1.1, 1e-12);
    expect([90, 91, 1000].map(schedule)).to.deep.equal([0.2, 0.2, 0.2]);
    const falls = Array.from({ length: 90 }, (_, step) => schedule(step) - schedule(step + 1));
    expect(Math.min(...falls)).to.be.above(0);
    expect(Math.max(...falls)).to.be.closeTo(falls[44]!, 1e-12);
  });

  it('warmUp climbs to the rate and then begins the schedule', () => {
    const schedule = warmUp(cosineDecay({ rate: 1, steps: 10 }), { steps: 5 });
    expect([0, 1, 4, 5, 15].map(schedule)).to.deep.equal([0.2, 0.4, 1, 1, 0]);
  });

  it('refuse numbers that make no sense', () => {
    refusal(() => constantRate(-1), 'INVALID_ARGUMENT');
    refusal(() => cosineDecay({ rate: 1, steps: 0 }), 'INVALID_ARGUMENT');
    refusal(() => stepDecay({ rate: NaN, every: 1 }), 'INVALID_ARGUMENT');
    refusal(() => warmUp(constantRate(1), { steps: 1.5 }), 'INVALID_ARGUMENT');
    refusal(() => stepDecay({ rate: 1, every: 1, gamma: 2 } as never), 'INVALID_ARGUMENT');
  });
});
