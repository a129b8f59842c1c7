import { formatShape, unfoldError, type Shape } from '@unfoldjs/core';
import { checkOptions, checkShape, describe } from '../check.js';
import type { LayerOptions } from '../layers/common.js';
import type { Layer, Model, Source } from '../types.js';
import { checkLayer, inLayer, modelOf, shapeAfter, type Step } from './layer-graph.js';

/** What flows between layers while a model is being described: a shape, and where it comes from. It has no elements. */
export interface Connection {
  /** Without the batch axis. */
  readonly shape: Shape;
  /** The layer whose output it is; null for an input of the model. */
  readonly layer: Layer | null;
  /** What the layer reads. */
  readonly inputs: readonly Connection[];
  /** The output of layers, one after another, that begin here. @throws {UnfoldError} as {@link connect}. */
  pipe(...layers: readonly Layer[]): Connection;
}

/** Told apart from look-alikes, whose shape nobody checked. */
const connections = /* @__PURE__ */ new WeakSet<Connection>();

function connection(shape: Shape, layer: Layer | null, inputs: readonly Connection[]): Connection {
  const made: Connection = {
    shape,
    layer,
    inputs,
    pipe: (...layers) => layers.reduce<Connection>((from, next) => connect(next, from), made),
  };
  connections.add(made);
  return made;
}

/**
 * An input of a model, given without the batch axis: the beginning of the functional form.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for something that is no shape.
 * @source https://keras.io/api/layers/core_layers/input/
 */
export function input(shape: Shape): Connection {
  checkShape('input', 'shape', shape);
  return connection([...shape], null, []);
}

/**
 * The output of a layer on what flows into it; merges take several. The same layer connected twice has one set of parameters: its
 * weights are shared.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for something that is no layer or no connection; SHAPE_MISMATCH for inputs that do not fit.
 * @example
 * import { concat, connect, conv2d, input } from '@unfoldjs/nn';
 * const image = input([28, 28, 1]);
 * const fine = connect(conv2d({ filters: 4, kernelSize: 3, padding: 'same' }), image);
 * const coarse = connect(conv2d({ filters: 4, kernelSize: 5, padding: 'same' }), image);
 * connect(concat(), fine, coarse).shape; // => [28, 28, 8]
 */
export function connect(layer: Layer, ...inputs: readonly Connection[]): Connection {
  const op = 'connect';
  checkLayer(op, 'layer', layer);
  inputs.forEach((from, i) => checkConnection(op, `inputs[${i}]`, from));
  const shape = inLayer(layer.name ?? layer.kind, () => shapeAfter(layer, inputs.map((from) => from.shape)));
  return connection(shape, layer, inputs);
}

/**
 * A model from what its inputs are and how its output comes of them: for branches, merges, and layers that share weights.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where the output reads an input that is not listed, or an input is listed that nothing
 * reads; NAME_TAKEN for a name twice.
 * @source https://keras.io/guides/functional_api/
 * @example
 * import { add, activation, connect, conv2d, dense, functional, globalAvgPool2d, input } from '@unfoldjs/nn';
 * const image = input([28, 28, 1]);
 * const stem = image.pipe(conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }));
 * const branch = stem.pipe(conv2d({ filters: 8, kernelSize: 3, padding: 'same' }));
 * const merged = connect(add(), stem, branch);
 * const model = functional(image, merged.pipe(activation('relu'), globalAvgPool2d(), dense({ units: 10 })));
 * model.layers.map(({ name }) => name); // => ['conv2d', 'conv2d_1', 'add', 'activation', 'globalAvgPool2d', 'dense']
 */
export function functional(inputs: Connection | readonly Connection[], output: Connection, options: LayerOptions = {}): Model {
  const op = 'functional';
  checkOptions(op, options, ['name']);
  const sources = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Connection[];
  sources.forEach((source, i) => checkInput(op, `inputs[${i}]`, source, sources));
  checkConnection(op, 'output', output);

  const place = new Map<Connection, Source>(sources.map((source, i) => [source, { input: i }]));
  const steps: Step[] = [];
  const read = new Set<Connection>();
  for (const node of upstream(output, place)) {
    if (node.layer === null) throw unlisted(op, node);
    node.inputs.forEach((from) => read.add(from));
    place.set(node, { layer: steps.length });
    steps.push({ layer: node.layer, inputs: node.inputs.map((from) => place.get(from)!) });
  }
  const unread = sources.findIndex((source) => !read.has(source));
  if (unread >= 0) {
    throw unfoldError({ code: 'INVALID_ARGUMENT', op, argument: `inputs[${unread}]`, problem: 'nothing that leads to the output reads it.', fix: 'connect it, or leave it out.' });
  }
  return modelOf({ kind: op, name: options.name, inputCount: sources.length, inputShapes: sources.map(({ shape }) => shape), steps, output: place.get(output)! });
}

/** Everything that leads to `output` and is not `known`, each after what it reads. */
function upstream(output: Connection, known: ReadonlyMap<Connection, Source>): Connection[] {
  const order: Connection[] = [];
  const done = new Set<Connection>(known.keys());
  const stack = [output];
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const next = done.has(node) ? undefined : node.inputs.find((from) => !done.has(from));
    if (next) {
      stack.push(next);
      continue;
    }
    stack.pop();
    if (done.has(node)) continue;
    done.add(node);
    order.push(node);
  }
  return order;
}

function checkConnection(op: string, argument: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && connections.has(value as Connection)) return;
  throw unfoldError({
    code: 'INVALID_ARGUMENT',
    op,
    argument,
    problem: `${describe(value)} is not a connection.`,
    fix: 'pass what `input` or `connect` gave; tensors go into `apply`.',
  });
}

function checkInput(op: string, argument: string, value: Connection, all: readonly Connection[]): void {
  checkConnection(op, argument, value);
  const isTwice = all.indexOf(value) !== all.lastIndexOf(value);
  if (value.layer === null && !isTwice) return;
  throw unfoldError({
    code: 'INVALID_ARGUMENT',
    op,
    argument,
    problem: isTwice ? 'it is listed twice.' : `it is the output of a layer (${value.layer!.kind}), not an input.`,
    fix: 'list what `input` gave, each once.',
  });
}

const unlisted = (op: string, { shape }: Connection) =>
  unfoldError({
    code: 'INVALID_ARGUMENT',
    op,
    argument: 'inputs',
    problem: `the output also reads an input of shape ${formatShape(shape)} that is not listed.`,
    fix: 'list every input that the output reads.',
  });
