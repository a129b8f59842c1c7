// What a run of tests ends with: failures with all that replays them, every skip by name with its reason, and one last line of counts.

export const color = process.stdout.isTTY && !process.env.NO_COLOR ? { red: '\x1b[31m', green: '\x1b[32m', dim: '\x1b[2m', off: '\x1b[0m' } : { red: '', green: '', dim: '', off: '' };

const indent = (text, by) => text.replace(/^(?=.)/gm, ' '.repeat(by));

const requiredModes = () => (process.env.UNFOLD_REQUIRE ?? '').split(',').map((mode) => mode.trim()).filter(Boolean);

const sourceOf = (file) => file.replace(`${process.cwd()}/`, '').replace(/(^|\/)dist-test\//, '$1test/').replace(/\.js$/, '.ts');

/** Prints what the parts of a run found, with the builds that failed (UNFOLD_PROBLEMS) and the modes that had to run (UNFOLD_REQUIRE). Gives the number of failures. */
export function summarize(parts) {
  const [passed, modes] = [parts.reduce((sum, part) => sum + part.passed, 0), new Set(parts.flatMap((part) => part.modes))];
  const skips = parts.flatMap((part) => part.skips);
  const failures = [
    ...parts.flatMap((part) => part.failures),
    ...JSON.parse(process.env.UNFOLD_PROBLEMS ?? '[]').map((text) => ({ name: 'build', text })),
    ...requiredModes()
      .filter((mode) => !modes.has(mode))
      .map((mode) => ({ name: `mode ${mode}`, text: `UNFOLD_REQUIRE asks for it, and no test of it ran. Modes that ran: ${[...modes].join(', ') || 'none'}.` })),
  ];
  if (failures.length > 0) console.log('\nFailed:');
  failures.forEach(({ name, text, file }, index) => {
    console.log(`\n${index + 1}) ${color.red}${name}${color.off}\n${indent(text, 3)}`);
    if (file) console.log(indent(`Replay: npm test -- ${sourceOf(file)} --fgrep ${JSON.stringify(name)}`, 3));
  });
  if (skips.length > 0) console.log(`\nSkipped:\n${skips.map((skip) => `- ${skip}`).join('\n')}`);
  console.log(`\n${passed} passed, ${failures.length} failed, ${skips.length} skipped`);
  return failures.length;
}
