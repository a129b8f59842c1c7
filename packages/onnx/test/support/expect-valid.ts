import { expect } from 'chai';
import { readFile, type OnnxFile } from './read-file.js';

/** What `onnx.checker` asks of a file: names that are made once and before they are read, types of what goes in and out, versions. And nothing is idle. */
export function expectValid(bytes: Uint8Array, opset: number): OnnxFile {
  const file = readFile(bytes);
  expect(file.irVersion).to.be.at.least(8);
  expect(file.opsets).to.deep.equal([{ domain: '', version: opset }]);
  expect(file.name).not.to.equal('');
  const known = new Set<string>();
  const make = (name: string): void => {
    expect(name).not.to.equal('');
    expect(known.has(name), `${name} is made twice`).to.equal(false);
    known.add(name);
  };
  for (const { name } of [...file.inputs, ...file.initializers]) make(name);
  expect(new Set(file.nodes.map(({ name }) => name)).size).to.equal(file.nodes.length);
  for (const { op, inputs, outputs } of file.nodes) {
    for (const name of inputs) expect(name === '' || known.has(name), `${op} reads ${name} before it is made`).to.equal(true);
    outputs.forEach(make);
  }
  const read = new Set([...file.nodes.flatMap(({ inputs }) => inputs), ...file.outputs.map(({ name }) => name)]);
  for (const { name } of file.initializers) expect(read.has(name), `${name} is read by nothing`).to.equal(true);
  for (const { op, outputs } of file.nodes) expect(outputs.some((name) => read.has(name)), `${op} is read by nothing`).to.equal(true);
  for (const { name } of file.outputs) expect(known.has(name)).to.equal(true);
  for (const { elementType, dims } of [...file.inputs, ...file.outputs]) {
    expect([1, 6, 9]).to.include(elementType);
    expect(dims).not.to.include('');
  }
  return file;
}
