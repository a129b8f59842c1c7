import {formatMachine, machine} from '@unfoldjs/measure';
import {overhead} from './dist/benches/overhead.js'; import {deepChain} from './dist/benches/deep-chain.js'; import {buildCost} from './dist/benches/build-cost.js';
console.log(formatMachine(machine()));
for (const b of [buildCost, overhead, deepChain]) { const r=new Map(); for (const c of b.cases) { if(process.argv[2] && !c.name.includes(process.argv[2])) continue; const s=await c.measure(); r.set(c.name,[s]); } if(r.size) console.log(b.report(r)); }
