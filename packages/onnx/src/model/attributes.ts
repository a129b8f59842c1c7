import { badModel, exportAgain } from '../errors.js';
import { AttributeProto_AttributeType as Type, type AttributeProto, type GraphProto, type TensorProto } from '../proto/onnx_pb.js';

/** The attributes of one node, by name and kind. */
export class Attributes {
  readonly #byName: ReadonlyMap<string, AttributeProto>;

  constructor(
    attributes: readonly AttributeProto[],
    private readonly node: string,
  ) {
    this.#byName = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  int<D>(name: string, fallback: D): number | D {
    const found = this.#get(name, [Type.INT]);
    return found ? Number(found.i) : fallback;
  }

  float<D>(name: string, fallback: D): number | D {
    const found = this.#get(name, [Type.FLOAT, Type.INT]);
    return !found ? fallback : found.type === Type.INT ? Number(found.i) : found.f;
  }

  text<D>(name: string, fallback: D): string | D {
    const found = this.#get(name, [Type.STRING]);
    return found ? new TextDecoder().decode(found.s) : fallback;
  }

  ints<D>(name: string, fallback: D): readonly number[] | D {
    const found = this.#get(name, [Type.INTS, Type.INT]);
    return !found ? fallback : found.type === Type.INT ? [Number(found.i)] : found.ints.map(Number);
  }

  floats<D>(name: string, fallback: D): readonly number[] | D {
    const found = this.#get(name, [Type.FLOATS, Type.FLOAT]);
    return !found ? fallback : found.type === Type.FLOAT ? [found.f] : found.floats;
  }

  tensor(name: string): TensorProto | null {
    return this.#get(name, [Type.TENSOR])?.t ?? null;
  }

  graph(name: string): GraphProto | null {
    return this.#get(name, [Type.GRAPH])?.g ?? null;
  }

  /** Files of the first version of the format give no type: what is there says it. */
  #get(name: string, types: readonly Type[]): AttributeProto | undefined {
    const found = this.#byName.get(name);
    if (!found) return undefined;
    if (found.type === Type.UNDEFINED || types.includes(found.type)) return found;
    throw badModel(`\`${name}\` of ${this.node} is ${Type[found.type] ?? found.type}, and should be ${types.map((type) => Type[type]).join(' or ')}.`, exportAgain);
  }
}
