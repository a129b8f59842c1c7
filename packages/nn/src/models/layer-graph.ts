import { formatShape, UnfoldError, unfoldError, type Shape, type Tensor } from '@unfoldjs/core';
import { describe } from '../check.js';
import { namedParameters } from '../params.js';
import { checkName } from '../layers/define-layer.js';
import { partOf } from '../layers/own-params.js';
import { deriveSeed } from '../seeds.js';
import { summarize } from '../summary/summary.js';
import { isModel, type Layer, type LayerContext, type LayerResult, type Model, type Params, type PlacedLayer, type Source } from '../types.js';

/** A layer before it has a name in its model. */
export interface Step {
  readonly layer: Layer;
  readonly inputs: readonly Source[];
}

export interface LayerGraph {
  readonly kind: string;
  readonly name?: string | undefined;
  readonly inputCount: number;
  /** Known shapes of the inputs, without the batch axis. */
  readonly inputShapes: readonly Shape[] | null;
  /** In an order in which each comes after what it reads. A layer that stands in several has one set of parameters. */
  readonly steps: readonly Step[];
  readonly output: Source;
}

/** The model of a graph of layers: the parameters of each layer under its name, its state too. */
export function modelOf({ kind, name, inputCount, inputShapes, steps, output }: LayerGraph): Model {
  checkName(kind, name);
  const layers = placed(kind, steps);

  /** Values for every layer in order, from those of the inputs. */
  function walk<Value>(inputs: readonly Value[], visit: (place: PlacedLayer, given: readonly Value[]) => Value): Value {
    checkCount(kind, inputs.length, inputCount);
    const values: Value[] = [];
    const valueOf = (source: Source) => ('input' in source ? inputs[source.input]! : values[source.layer]!);
    for (const place of layers) values.push(inLayer(place.name, () => visit(place, place.inputs.map(valueOf))));
    return valueOf(output);
  }

  const model: Model = {
    kind,
    ...(name === undefined ? {} : { name }),
    layers,
    inputShapes,
    outputShape(inputs) {
      checkDeclared(kind, inputShapes, inputs);
      return walk(inputs, ({ layer }, shapes) => shapeAfter(layer, shapes));
    },
    init(inputs, seed) {
      checkDeclared(kind, inputShapes, inputs);
      const params: Record<string, Params> = {};
      const state: Record<string, Params> = {};
      const seen = new Set<string>();
      const shape = walk(inputs, ({ name, layer }, shapes) => {
        if (seen.has(name)) return shapeAfter(layer, shapes);
        const made = layer.init(shapes, deriveSeed(seed, seen.size));
        seen.add(name);
        if (Object.keys(made.params).length > 0) params[name] = made.params;
        if (Object.keys(made.state).length > 0) state[name] = made.state;
        return made.output;
      });
      return { params, state, output: shape };
    },
    apply(params: Params, inputs: readonly Tensor[], context: LayerContext, state: Params): LayerResult {
      checkDeclared(kind, inputShapes, inputs.map(({ shape }) => shape.slice(1)));
      let after = state;
      const result = walk(inputs, ({ name, layer }, given) => {
        const before = partOf(after, name);
        const made = layer.apply(partOf(params, name), given, contextOf({ name, layer }, context, before), before);
        if (made.state !== before) after = { ...after, [name]: made.state };
        return made.output;
      });
      return { output: result, state: after };
    },
    summary: (options) => summarize(model, options),
  };
  return model;
}

/**
 * How a model runs one of its layers. A layer whose state is frozen, all of it, runs as in inference; the layers of a model inside are
 * asked one by one, since its dropout goes on.
 *
 * @source https://keras.io/api/layers/normalization_layers/batch_normalization/ ("About setting `layer.trainable = False` on a
 * `BatchNormalization` layer": it runs in inference mode, its statistics are not updated)
 */
function contextOf({ name, layer }: Pick<PlacedLayer, 'name' | 'layer'>, context: LayerContext, state: Params): LayerContext {
  if (!context.frozenState) return context;
  const frozenState = new Set([...context.frozenState].filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1)));
  const own = namedParameters(state);
  const isFrozen = !isModel(layer) && own.length > 0 && own.every(({ path }) => frozenState.has(path));
  return { ...context, training: context.training && !isFrozen, frozenState };
}

/** The shape of a layer's output; a layer that does not tell makes its parameters for it. */
export const shapeAfter = (layer: Layer, inputs: readonly Shape[]): Shape => layer.outputShape?.(inputs) ?? layer.init(inputs, 0).output;

/** The steps with their names: a layer's own, or its kind: `conv2d`, `conv2d_1`, `conv2d_2`. */
function placed(op: string, steps: readonly Step[]): PlacedLayer[] {
  const names = new Map<Layer, string>();
  const taken = new Set<string>();
  for (const { layer } of steps) {
    if (layer.name === undefined || names.has(layer)) continue;
    if (taken.has(layer.name)) {
      throw unfoldError({ code: 'NAME_TAKEN', op, argument: 'name', problem: `two layers are named ${describe(layer.name)}.`, fix: 'give each a name of its own, or none.' });
    }
    taken.add(layer.name);
    names.set(layer, layer.name);
  }
  const count = new Map<string, number>();
  for (const { layer } of steps) {
    if (names.has(layer)) continue;
    let name: string;
    do {
      const nth = count.get(layer.kind) ?? 0;
      count.set(layer.kind, nth + 1);
      name = nth === 0 ? layer.kind : `${layer.kind}_${nth}`;
    } while (taken.has(name));
    taken.add(name);
    names.set(layer, name);
  }
  return steps.map(({ layer, inputs }) => ({ name: names.get(layer)!, layer, inputs }));
}

/** Runs the part of one layer; an error then says which layer it was. */
export function inLayer<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UnfoldError)) throw error;
    const { code, op, argument, problem, fix, operands } = error;
    throw unfoldError({ code, op: `layer ${name}: ${op}`, argument, problem, fix, operands, cause: error });
  }
}

function checkCount(op: string, given: number, wanted: number): void {
  if (given === wanted) return;
  throw unfoldError({
    code: 'INVALID_ARGUMENT',
    op,
    argument: 'inputs',
    problem: `the model has ${wanted} input${wanted === 1 ? '' : 's'} and is given ${given}.`,
    fix: 'pass one for each input, in the order in which the model names them.',
  });
}

/** Refuses what is no layer. */
export function checkLayer(op: string, argument: string, value: unknown): asserts value is Layer {
  const layer = value as Partial<Layer> | null | undefined;
  if (typeof layer === 'object' && layer !== null && typeof layer.init === 'function' && typeof layer.apply === 'function' && typeof layer.kind === 'string') {
    checkName(layer.kind, layer.name);
    return;
  }
  throw unfoldError({
    code: 'INVALID_ARGUMENT',
    op,
    argument,
    problem: `${describe(value)} is not a layer.`,
    fix: typeof value === 'function' ? 'call it: layers are made by functions, such as flatten().' : 'pass a layer: { kind, init, apply }.',
  });
}

/** Refuses inputs of other shapes than the model declares. */
function checkDeclared(op: string, declared: readonly Shape[] | null, given: readonly Shape[]): void {
  declared?.forEach((shape, i) => {
    const other = given[i];
    if (!other) return; // refused by the count
    if (other.length === shape.length && other.every((size, axis) => size === shape[axis])) return;
    throw unfoldError({
      code: 'SHAPE_MISMATCH',
      op,
      argument: `inputs[${i}]`,
      problem: `it has shape ${formatShape(other)} (without the batch axis), and the model declares ${formatShape(shape)}.`,
      fix: 'pass inputs of that shape, or declare another.',
    });
  });
}
