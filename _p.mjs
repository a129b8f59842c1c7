
import { build } from '/work/testkit/node_modules/esbuild/lib/main.js';
await build({ entryPoints: ['packages/backend-testkit/src/sections/training.ts','packages/backend-testkit/src/support/exact-net.ts'], bundle: true, format: 'esm', packages: 'external', outdir: 'packages/backend-testkit/dist-probe', splitting: true });
const { expectedTrace } = await import('./packages/backend-testkit/dist-probe/sections/training.js');
const { firstParameters } = await import('./packages/backend-testkit/dist-probe/support/exact-net.js');
for (const seed of [7, 20, 1, 2]) { const { losses, parameters } = expectedTrace(seed); const f = firstParameters(seed);
 const mean=(a)=>a.reduce((x,y)=>x+y)/a.length;
 console.log(String(seed).padStart(3), mean(losses.slice(0,5)), '->', mean(losses.slice(-5)), 'distinct', new Set(losses).size, 'moved', parameters.map((p,i)=>[...p].filter((v,k)=>v!==f[i][k]).length+'/'+p.length).join(' '), 'at 4:', parameters.map(p=>[...p].filter(v=>Math.abs(v)==4).length).join(' '), process.argv[2]?losses.join(' '):''); }
