import { median } from '@unfoldjs/measure';
import { measured, metric, notRun, type Bench, type Results } from '../bench.js';
import { bundles } from '../bundles/bundles.js';
import { engineOf } from '../engines/index.js';
import type { Section } from '../report/section.js';
import { under, type Verdict } from '../report/verdict.js';
import { cnn } from '../workloads/cnn.js';

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const modulesCase = 'modules of the CNN';

export const bundleSize: Bench = {
  name: 'bundle-size',
  summary: 'what a page downloads: bundled and minified by esbuild, gzipped, .wasm files counted',
  rounds: 1,
  cases: [
    ...bundles.map((bundle) => ({ ...measured(bundle.id, async () => (await import('../bundles/size.js')).sizeOf(bundle)), quick: true })),
    {
      ...measured(modulesCase, async () => {
        const [{ generatedModules }, { gzipped }] = await Promise.all([import('../bundles/generated.js'), import('../bundles/size.js')]);
        const modules = await generatedModules(engineOf('unfold-wasm-1t'), cnn(1));
        return { modules: modules.length, bytes: modules.reduce((sum, { length }) => sum + length, 0), gzip: modules.reduce((sum, each) => sum + gzipped(each), 0) };
      }),
      quick: true,
    },
  ],
  report: (results) => [sectionOf(results)],
  verdicts: (results) => verdictsOf(results),
};

const at = (results: Results, id: string, name: string): number => median(metric(results, id, name));

function verdictsOf(results: Results): Verdict[] {
  const limit = (target: string, id: string, kilobytes: number): Verdict => under(`${target} under ${kilobytes} kB`, at(results, id, 'gzip'), 1000 * kilobytes, kB);
  return [
    limit('Core, export *, minified and gzipped,', 'core', 45),
    limit('Core and backend-wasm, minified and gzipped,', 'core-wasm', 80),
    limit('The WebAssembly of a CNN, gzipped,', modulesCase, 40),
    limit('The code of backend-wasm that writes it, gzipped,', 'wasm', 40),
  ];
}

function sectionOf(results: Results): Section {
  const ran = bundles.filter(({ id }) => metric(results, id, 'gzip').length > 0);
  const total = (id: string): number => at(results, id, 'gzip') + at(results, id, 'assetsGzip');
  const modules = at(results, modulesCase, 'modules');
  return {
    title: 'Bundle size',
    table: {
      header: ['bundle', 'JavaScript', 'gzipped', '.wasm', 'gzipped', 'all, gzipped', 'contents'],
      rows: ran.map(({ id, name, contents }) => [name, kB(at(results, id, 'minified')), kB(at(results, id, 'gzip')), kB(at(results, id, 'assets')), kB(at(results, id, 'assetsGzip')), kB(total(id)), contents]),
    },
    notes: [
      ...(Number.isNaN(modules) ? [] : [`For CNN inference at batch 1 Unfold wasm writes ${modules} WebAssembly module${modules === 1 ? '' : 's'}: ${kB(at(results, modulesCase, 'bytes'))}, ${kB(at(results, modulesCase, 'gzip'))} gzipped; they are not downloaded.`]),
      '1 kB is 1000 bytes; gzip at level 9.',
      ...notRun(results),
    ],
    chart: { kind: 'bars', x: 'bundle', y: 'kB, gzipped', points: ran.map(({ id, name }) => ({ series: name, x: 'all, gzipped', y: total(id) / 1000 })) },
  };
}
