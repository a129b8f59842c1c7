import { badModel, exportAgain } from '../errors.js';
import type { GraphProto, ModelProto, NodeProto, TypeProto, ValueInfoProto } from '../proto/onnx_pb.js';
import { Attributes } from './attributes.js';
import type { HostArray } from './host-array.js';
import { elementTypeOf, hostArrayOf, type ReadExternal } from './tensor-proto.js';

/** A declared size: a number, the name of one that is free, or null where the file says nothing. */
export type Dim = number | string | null;

/** A tensor that goes in or comes out. */
export interface ValueInfo {
  readonly name: string;
  /** As ONNX calls it: `float`, `int64`. */
  readonly type: string;
  /** Null where not even the number of axes is declared. */
  readonly shape: readonly Dim[] | null;
}

export interface OnnxNode {
  /** For people: `Conv "layer1/conv"`. */
  readonly label: string;
  readonly name: string;
  readonly op: string;
  /** '' for ONNX's own. */
  readonly domain: string;
  /** The version of its domain that the file is written for; null where the file imports no such domain. */
  readonly opset: number | null;
  /** Empty names are inputs and outputs that are left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A graph in which every name means one thing, and nodes come after what they need. */
export interface OnnxGraph {
  readonly name: string;
  readonly producer: string;
  readonly opsets: ReadonlyMap<string, number>;
  /** Without those that only repeat an initialiser. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, HostArray>;
  readonly nodes: readonly OnnxNode[];
}

const domainOf = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

/** @throws {UnfoldError} INVALID_FILE for names that mean two things or nothing, for nodes that need each other, for tensors that are not whole */
export function graphOf({ graph, opsetImport, producerName, producerVersion, functions }: ModelProto, readExternal: ReadExternal): OnnxGraph {
  if (functions.length > 0) throw badModel(`it defines functions of its own (${functions.map(({ name }) => name).join(', ')}), which are not read.`, 'export it with its functions inlined (`onnx.inliner.inline_local_functions`).');
  const { name, initializer, sparseInitializer, input, output, node } = graph as GraphProto;
  if (sparseInitializer.length > 0) throw badModel('it has sparse tensors, which are not read.', 'make them dense.');
  const opsets = new Map(opsetImport.map(({ domain, version }) => [domainOf(domain), Number(version)]));
  const initializers = new Map(initializer.map((each) => [each.name, hostArrayOf(each, readExternal)]));
  if (initializers.size < initializer.length) throw badModel(`it has two initialisers of one name: ${repeated(initializer.map((each) => each.name)).join(', ')}.`, exportAgain);
  const inputs = input.filter((each) => !initializers.has(each.name)).map(valueInfoOf);
  if (new Set(inputs.map((each) => each.name)).size < inputs.length) throw badModel(`it has two inputs of one name: ${repeated(inputs.map((each) => each.name)).join(', ')}.`, exportAgain);
  const known = new Set([...initializers.keys(), ...inputs.map((each) => each.name)]);
  const nodes = inOrder(node.map((each, at) => nodeOf(each, at, opsets)), known);
  const outputs = new Map(output.map((each) => [each.name, valueInfoOf(each)]));
  const missing = [...outputs.keys()].filter((each) => !known.has(each));
  if (missing.length > 0) throw badModel(`nothing makes its output${missing.length > 1 ? 's' : ''} ${missing.map((each) => `\`${each}\``).join(', ')}.`, exportAgain);
  if (outputs.size === 0) throw badModel('it has no outputs.', exportAgain);
  return { name, producer: `${producerName} ${producerVersion}`.trim(), opsets, inputs, outputs: [...outputs.values()], initializers, nodes };
}

const repeated = (names: readonly string[]): string[] => [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].map((name) => `\`${name}\``);

function valueInfoOf({ name, type }: ValueInfoProto): ValueInfo {
  const { elemType, shape } = tensorTypeOf(type) ?? { elemType: 0, shape: undefined };
  const dims = shape?.dim.map(({ value }): Dim => (value.case === 'dimValue' ? (value.value > 0n ? Number(value.value) : null) : value.case === 'dimParam' && value.value !== '' ? value.value : null));
  return { name, type: elementTypeOf(elemType)?.name ?? 'unknown', shape: dims ?? null };
}

const tensorTypeOf = (type: TypeProto | undefined) => (type?.value.case === 'tensorType' ? type.value.value : null);

function nodeOf({ name, opType, domain, input, output, attribute }: NodeProto, at: number, opsets: ReadonlyMap<string, number>): OnnxNode {
  const label = name === '' ? `${opType} (node ${at})` : `${opType} \`${name}\``;
  const own = domainOf(domain);
  return { label, name, op: opType, domain: own, opset: opsets.get(own) ?? null, inputs: input, outputs: output, attributes: new Attributes(attribute, label) };
}

/** Each node after those that it needs. `known` grows by all that they make. */
function inOrder(nodes: readonly OnnxNode[], known: Set<string>): OnnxNode[] {
  const makers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      const other = makers.get(output) ?? (known.has(output) ? 'an input or initialiser' : null);
      if (other) throw badModel(`\`${output}\` is made twice: by ${typeof other === 'string' ? other : other.label} and by ${node.label}.`, exportAgain);
      makers.set(output, node);
    }
  }
  const missing = nodes.flatMap((node) => node.inputs.filter((input) => input !== '' && !known.has(input) && !makers.has(input)).map((input) => `\`${input}\` of ${node.label}`));
  if (missing.length > 0) throw badModel(`nothing makes ${missing.join(', ')}.`, exportAgain);

  const waiting = new Map(nodes.map((node) => [node, new Set(node.inputs.flatMap((input) => makers.get(input) ?? []))]));
  const users = new Map<OnnxNode, OnnxNode[]>();
  for (const [node, needs] of waiting) for (const maker of needs) users.set(maker, [...(users.get(maker) ?? []), node]);
  const ready = nodes.filter((node) => waiting.get(node)!.size === 0);
  for (let at = 0; at < ready.length; at++) {
    for (const user of users.get(ready[at]!) ?? []) {
      const needs = waiting.get(user)!;
      needs.delete(ready[at]!);
      if (needs.size === 0) ready.push(user);
    }
  }
  if (ready.length < nodes.length) {
    const stuck = nodes.filter((node) => !ready.includes(node)).slice(0, 5);
    throw badModel(`nodes need each other in a circle: ${stuck.map(({ label }) => label).join(', ')}.`, exportAgain);
  }
  for (const output of makers.keys()) known.add(output);
  return ready;
}
