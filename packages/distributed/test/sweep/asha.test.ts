import { UnfoldError } from '@unfoldjs/core';
import { asha, budgetsOf, ladder, type Step } from '@unfoldjs/distributed';
import { expect } from 'chai';
import fc from 'fast-check';

/** `get_job` read word for word: all rungs, all trials, nothing kept but what ended and what was given out. */
function getJob(ended: readonly (Step & { loss: number })[], given: readonly Step[], { rungs, eta, trials }: { rungs: number; eta: number; trials: number }): Step | null {
  for (let k = rungs - 2; k >= 0; k--) {
    const rung = ended.filter((job) => job.rung === k);
    const better = (a: (typeof rung)[number], b: (typeof rung)[number]) => a.loss < b.loss || (a.loss === b.loss && a.trial < b.trial);
    const size = Math.floor(rung.length / eta);
    // In the top k: fewer than k of the others are better.
    const candidates = rung.filter((job) => rung.filter((other) => better(other, job)).length < size);
    const promotable = candidates.filter(({ trial }) => !given.some((job) => job.trial === trial && job.rung === k + 1));
    const first = promotable.find((job) => !promotable.some((other) => better(other, job)));
    if (first) return { trial: first.trial, rung: k + 1 };
  }
  const begun = given.filter(({ rung }) => rung === 0).length;
  return begun < trials ? { trial: begun, rung: 0 } : null;
}

describe('asynchronous successive halving', () => {
  it('gives a free worker what algorithm 2 of the paper does, in whatever order trials end, tie or fail', () => {
    const shape = fc.record({ rungs: fc.integer({ min: 1, max: 4 }), eta: fc.integer({ min: 2, max: 4 }), trials: fc.integer({ min: 1, max: 30 }), workers: fc.integer({ min: 1, max: 8 }) });
    // Few losses, so that many are equal; null is a failure.
    const event = fc.record({ which: fc.nat(), isAlone: fc.boolean(), loss: fc.option(fc.integer({ min: 0, max: 6 }), { freq: 8 }) });
    let promotions = 0;
    fc.assert(
      fc.property(shape, fc.array(event, { minLength: 90, maxLength: 90 }), ({ rungs, eta, trials, workers }, events) => {
        const tested = ladder({ rungs, reductionFactor: eta, trials });
        const ended: (Step & { loss: number })[] = [];
        const given: Step[] = [];
        const running: Step[] = [];
        for (const { which, isAlone, loss } of events) {
          // Where several end before a worker asks, trials of several rungs may go on.
          while (isAlone && running.length < workers) {
            const step = tested.next();
            expect(step).to.deep.equal(getJob(ended, given, { rungs, eta, trials }));
            if (!step) break;
            tested.started(step);
            given.push(step);
            running.push(step);
            if (step.rung > 0) promotions++;
          }
          const [step] = running.splice(which % Math.max(1, running.length), 1);
          if (!step) continue;
          tested.ended(step, loss);
          if (loss !== null) ended.push({ ...step, loss });
        }
      }),
      { seed: 3, numRuns: 300 },
    );
    expect(promotions).to.be.above(1000);
  });

  it('promotes one of four, and waits until there are four', () => {
    const rungs = ladder({ rungs: 2, reductionFactor: 4, trials: 8 });
    for (let trial = 0; trial < 4; trial++) {
      expect(rungs.next()).to.deep.equal({ trial, rung: 0 });
      rungs.started({ trial, rung: 0 });
      rungs.ended({ trial, rung: 0 }, [3, 1, 2, 4][trial]!);
    }
    expect(rungs.next()).to.deep.equal({ trial: 1, rung: 1 });
    rungs.started({ trial: 1, rung: 1 });
    expect(rungs.next()).to.deep.equal({ trial: 4, rung: 0 });
  });

  it('has budgets up to the largest, each the factor times the one before', () => {
    expect(budgetsOf(asha({ minBudget: 1, maxBudget: 64 }))).to.deep.equal([1, 4, 16, 64]);
    expect(budgetsOf(asha({ minBudget: 2, maxBudget: 17, reductionFactor: 2 }))).to.deep.equal([2, 4, 8, 16]);
    expect(budgetsOf(asha({ minBudget: 3, maxBudget: 3 }))).to.deep.equal([3]);
  });

  it('refuses budgets that are not in order, and a factor of 1', () => {
    expect(() => asha({ minBudget: 4, maxBudget: 3 })).to.throw(UnfoldError, /asha \(`maxBudget`\): 3 is not a whole number from 4/);
    expect(() => asha({ minBudget: 0, maxBudget: 3 })).to.throw(UnfoldError, /asha \(`minBudget`\)/);
    expect(() => asha({ maxBudget: 3, reductionFactor: 1 })).to.throw(UnfoldError, /asha \(`reductionFactor`\)/);
  });
});
