import type { RuleExample } from './example.js';
import * as batchNorm from './rules/batch-norm.js';
import * as canonical from './rules/canonical.js';
import * as convolution from './rules/convolution.js';
import * as decompose from './rules/decompose.js';
import * as foldConstants from './rules/fold-constants.js';
import * as fuseElementwise from './rules/fuse-elementwise.js';
import * as fuseEpilogue from './rules/fuse-epilogue.js';
import * as identities from './rules/identities.js';
import * as share from './rules/share.js';
import * as transposes from './rules/transposes.js';
import * as views from './rules/views.js';

const isExample = (value: unknown): value is RuleExample => typeof value === 'object' && value !== null && 'rule' in value && 'build' in value;

/** A family of graphs for every rule of the pipeline, on which it fires. */
export const ruleExamples: readonly RuleExample[] = [batchNorm, canonical, convolution, decompose, foldConstants, fuseElementwise, fuseEpilogue, identities, share, transposes, views].flatMap((room) =>
  Object.values<unknown>(room).filter(isExample),
);
