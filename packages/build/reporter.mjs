// The reporter: failures with all that replays them, every skip by name with its reason, and one last line of counts.
import mocha from 'mocha';

const { EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } =
  mocha.Runner.constants;

const slowMs = 1000;
const required = (process.env.UNFOLD_REQUIRE ?? '').split(',').map((mode) => mode.trim()).filter(Boolean);
/** Written by @unfoldjs/test-support: the modes whose tests ran in this process. */
const modesThatRan = (globalThis[Symbol.for('@unfoldjs/test-support modes')] ??= new Set());

const color = process.stdout.isTTY && !process.env.NO_COLOR ? { red: '\x1b[31m', green: '\x1b[32m', dim: '\x1b[2m', off: '\x1b[0m' } : { red: '', green: '', dim: '', off: '' };

const indent = (text, by) => text.replace(/^(?=.)/gm, ' '.repeat(by));

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
    runner.on(EVENT_RUN_END, () => this.#summary());
  }

  #fail(name, text, file) {
    this.#failures.push({ name, text, file });
  }

  #summary() {
    for (const problem of JSON.parse(process.env.UNFOLD_PROBLEMS ?? '[]')) this.#fail('build', problem);
    for (const mode of required.filter((name) => !modesThatRan.has(name))) {
      this.#fail(`mode ${mode}`, `UNFOLD_REQUIRE asks for it, and no test of it ran. Modes that ran: ${[...modesThatRan].join(', ') || 'none'}.`);
    }
    if (this.#failures.length > 0) console.log('\nFailed:');
    this.#failures.forEach(({ name, text, file }, index) => {
      console.log(`\n${index + 1}) ${color.red}${name}${color.off}\n${indent(text, 3)}`);
      if (file) console.log(indent(`Replay: npm test -- ${sourceOf(file)} --fgrep ${JSON.stringify(name)}`, 3));
    });
    if (this.#skips.length > 0) console.log(`\nSkipped:\n${this.#skips.map((skip) => `- ${skip}`).join('\n')}`);
    console.log(`\n${this.#passed} passed, ${this.#failures.length} failed, ${this.#skips.length} skipped`);
  }

  /** Mocha asks for the exit status here: more than its own failures count. */
  done(_failures, exit) {
    exit(this.#failures.length);
  }
}

const sourceOf = (file) => file.replace(`${process.cwd()}/`, '').replace(/(^|\/)dist-test\//, '$1test/').replace(/\.js$/, '.ts');
