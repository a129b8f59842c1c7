// The reporter: a line for each test while they run, then the summary.
import { writeFileSync } from 'node:fs';
import mocha from 'mocha';
import { color, summarize } from './summary.mjs';

const { EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } =
  mocha.Runner.constants;

const slowMs = 1000;
/** Written by @unfoldjs/test-support: the modes whose tests ran in this process. */
const modesThatRan = (globalThis[Symbol.for('@unfoldjs/test-support modes')] ??= new Set());

/** The reason given to skip(): kept on the test, or on the suite around it when a before hook skipped. */
function reasonOf(test) {
  for (let at = test; at; at = at.parent) if (at.skipReason) return at.skipReason;
  return undefined;
}

function describeError(error) {
  const stack = error?.stack ?? String(error);
  const message = error?.message ?? '';
  const frames = stack.includes(message) ? stack.slice(stack.indexOf(message) + message.length) : stack;
  const ownFrames = frames.split('\n').filter((line) => line.trim() && !/node:internal|node_modules/.test(line));
  const values = 'expected' in Object(error) && error.showDiff !== false
    ? `\n${mocha.reporters.Base.generateDiff(inspect(error.actual), inspect(error.expected))}`
    : '';
  return `${error?.name ?? 'Error'}: ${message}${values}\n${ownFrames.join('\n')}`;
}

const inspect = (value) => (typeof value === 'string' ? value : mocha.utils.stringify(value));

export default class Reporter {
  #failures = [];
  #skips = [];
  #passed = 0;
  #failed = 0;

  constructor(runner) {
    let depth = 0;
    const line = (text) => console.log('  '.repeat(depth) + text);
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      if (!suite.root) line(suite.title);
      depth++;
    });
    runner.on(EVENT_SUITE_END, () => depth--);
    runner.on(EVENT_TEST_PASS, (test) => {
      this.#passed++;
      const time = test.duration > slowMs ? ` (${(test.duration / 1000).toFixed(1)} s)` : '';
      line(`${color.green}✓${color.off} ${color.dim}${test.title}${time}${color.off}`);
    });
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      this.#fail(test.fullTitle(), describeError(error), test.file);
      line(`${color.red}${this.#failures.length}) ${test.title}${color.off}`);
    });
    runner.on(EVENT_TEST_PENDING, (test) => {
      const reason = reasonOf(test);
      if (reason) this.#skips.push(`${test.fullTitle()}: ${reason}`);
      else this.#fail(test.fullTitle(), "is skipped without a reason. Fix: skip(this, '...') of @unfoldjs/test-support.", test.file);
      line(`${color.dim}- ${test.title}${color.off}`);
    });
    runner.on(EVENT_RUN_END, () => this.#end());
  }

  #fail(name, text, file) {
    this.#failures.push({ name, text, file });
  }

  /** One part of a run hands its results to the whole; a run that has no parts sums up itself. */
  #end() {
    const results = { passed: this.#passed, failures: this.#failures, skips: this.#skips, modes: [...modesThatRan] };
    const part = process.env.UNFOLD_PART;
    if (part) writeFileSync(part, JSON.stringify(results));
    else this.#failed = summarize([results]);
  }

  /** Mocha asks for the exit status here: more than its own failures count. */
  done(_failures, exit) {
    exit(this.#failed);
  }
}
