import { formatShape, formatTable, sizeOf, unfoldError, zeros, type Shape, type Tensor } from '@unfoldjs/core';
import { checkInteger, checkOptions, checkShape } from '../check.js';
import { inference } from '../layers/define-layer.js';
import { partOf } from '../layers/own-params.js';
import { namedParameters, selectParameters } from '../params.js';
import { isModel, type Model, type Params, type PlacedLayer, type Source } from '../types.js';
import { flopsBetween } from './flops.js';

export interface SummaryOptions {
  /** The shape of the input without the batch axis, or one for each input. Default: what the model declares. */
  readonly inputShape?: Shape | readonly Shape[] | undefined;
  /** Images in a batch; FLOPs and the bytes of outputs are those of the whole batch. Default 1. */
  readonly batchSize?: number | undefined;
  /** Names of parameters that are not trained, as optimizers take them. Default: none. */
  readonly frozen?: readonly string[] | undefined;
  /** Shows the layers of models inside of the model too. Default false. */
  readonly expandNested?: boolean | undefined;
}

export interface SummaryRow {
  /** Its name, with those of the models around it: `block.conv2d`. */
  readonly path: string;
  readonly kind: string;
  /** 0 for the layers of the model itself, 1 for those of a model inside of it. */
  readonly depth: number;
  /** True where the layer stands a second time in the model; its parameters are counted at the first. */
  readonly isShared: boolean;
  /** Without the batch axis. */
  readonly outputShape: Shape;
  /** Everything it holds, moving statistics too, as Keras counts. */
  readonly parameters: number;
  /** Those that the optimizer changes: neither moving statistics nor frozen. */
  readonly trainable: number;
  /** Multiplications and additions of one forward pass of the batch, each counted as one. */
  readonly flops: number;
  /** Bytes of the parameters. */
  readonly parameterBytes: number;
  /** Bytes of the output of the batch. */
  readonly outputBytes: number;
}

export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly batchSize: number;
  readonly inputShapes: readonly Shape[];
  readonly total: {
    readonly parameters: number;
    readonly trainable: number;
    /** Frozen parameters and moving statistics. */
    readonly nonTrainable: number;
    readonly flops: number;
    readonly parameterBytes: number;
    readonly outputBytes: number;
  };
  /** The table. */
  toString(): string;
}

const float32Bytes = 4;

/** @see Model.summary */
export function summarize(model: Model, options: SummaryOptions = {}): Summary {
  const op = 'summary';
  checkOptions(op, options, ['inputShape', 'batchSize', 'frozen', 'expandNested']);
  const { batchSize = 1, frozen = [], expandNested = false } = options;
  checkInteger(op, 'batchSize', batchSize, 1);
  const inputShapes = shapesOf(model, options.inputShape);
  const { params, state } = model.init(inputShapes, 0);
  const fixed = selectParameters(op, 'frozen', [params, state], frozen);
  const inputs = inputShapes.map((shape) => zeros([batchSize, ...shape]));
  const rows = rowsOf(model, { params, state, prefix: '', depth: 0, fixed, expandNested }, inputs);
  return { rows, batchSize, inputShapes, total: totalOf(rows), toString: () => format(rows, batchSize) };
}

function shapesOf({ inputShapes }: Model, given: SummaryOptions['inputShape']): readonly Shape[] {
  if (given === undefined) {
    if (inputShapes) return inputShapes;
    throw unfoldError({ code: 'INVALID_ARGUMENT', op: 'summary', argument: 'inputShape', problem: 'the model does not know the shape of its input.', fix: 'pass `inputShape`, here or to `sequential`: [height, width, channels].' });
  }
  const isOne = Array.isArray(given) && given.every((size) => typeof size === 'number');
  const shapes = (isOne ? [given] : given) as readonly Shape[];
  shapes.forEach((shape) => checkShape('summary', 'inputShape', shape));
  return shapes;
}

/** Where in the model a part of it is described. */
interface Part {
  readonly params: Params;
  readonly state: Params;
  readonly prefix: string;
  readonly depth: number;
  readonly fixed: ReadonlySet<string>;
  readonly expandNested: boolean;
}

function rowsOf(model: Model, part: Part, inputs: readonly Tensor[]): SummaryRow[] {
  const rows: SummaryRow[] = [];
  const seen = new Set<string>();
  const values: Tensor[] = [];
  const valueOf = (source: Source) => ('input' in source ? inputs[source.input]! : values[source.layer]!);
  for (const place of model.layers) {
    const given = place.inputs.map(valueOf);
    const own: Part = { ...part, params: partOf(part.params, place.name), state: partOf(part.state, place.name), prefix: `${part.prefix}${place.name}.`, depth: part.depth + 1 };
    const { output } = place.layer.apply(own.params, given, inference, own.state);
    rows.push(rowOf(place, own, given, output, seen.has(place.name)));
    if (part.expandNested && isModel(place.layer) && !seen.has(place.name)) rows.push(...rowsOf(place.layer, own, given));
    seen.add(place.name);
    values.push(output);
  }
  return rows;
}

function rowOf({ layer }: PlacedLayer, { params, state, prefix, depth, fixed }: Part, inputs: readonly Tensor[], output: Tensor, isShared: boolean): SummaryRow {
  const named = isShared ? [] : namedParameters(params, prefix);
  const count = (tensors: readonly { readonly tensor: Tensor }[]) => tensors.reduce((sum, { tensor }) => sum + tensor.size, 0);
  const parameters = count(named) + (isShared ? 0 : count(namedParameters(state)));
  return {
    path: prefix.slice(0, -1),
    kind: layer.kind,
    depth: depth - 1,
    isShared,
    outputShape: output.shape.slice(1),
    parameters,
    trainable: count(named.filter(({ path }) => !fixed.has(path))),
    flops: flopsBetween(inputs, output),
    parameterBytes: parameters * float32Bytes,
    outputBytes: sizeOf(output.shape) * float32Bytes,
  };
}

/** Rows of nested layers are part of those of their model. */
function totalOf(rows: readonly SummaryRow[]): Summary['total'] {
  const sum = (field: 'parameters' | 'trainable' | 'flops' | 'parameterBytes' | 'outputBytes') =>
    rows.filter(({ depth }) => depth === 0).reduce((total, row) => total + row[field], 0);
  const parameters = sum('parameters');
  const trainable = sum('trainable');
  return { parameters, trainable, nonTrainable: parameters - trainable, flops: sum('flops'), parameterBytes: sum('parameterBytes'), outputBytes: sum('outputBytes') };
}

function format(rows: readonly SummaryRow[], batchSize: number): string {
  const total = totalOf(rows);
  const table = formatTable(
    ['layer', 'kind', 'output', 'parameters', 'FLOPs', 'weights', 'output bytes'],
    rows.map((row) => [
      `${'  '.repeat(row.depth)}${row.path.split('.').at(-1)}${row.isShared ? ' (shared)' : ''}`,
      row.kind,
      formatShape([batchSize, ...row.outputShape]),
      grouped(row.parameters),
      grouped(row.flops),
      bytes(row.parameterBytes),
      bytes(row.outputBytes),
    ]),
  );
  return [
    table,
    '',
    `  Parameters: ${grouped(total.parameters)} (${bytes(total.parameterBytes)}): ${grouped(total.trainable)} trainable, ${grouped(total.nonTrainable)} not`,
    `  Forward pass of ${batchSize}: ${grouped(total.flops)} FLOPs, ${bytes(total.outputBytes)} of outputs`,
  ].join('\n');
}

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

function bytes(count: number): string {
  const [value, unit] = count < 1e3 ? [count, 'B'] : count < 1e6 ? [count / 1e3, 'kB'] : [count / 1e6, 'MB'];
  return `${unit === 'B' ? value : value.toFixed(1)} ${unit}`;
}
