import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { create } from '@bufbuild/protobuf';
import { setBackend, tensor, type Backend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { importOnnx, type OnnxModel, type OnnxSource } from '@unfoldjs/onnx';
import { StringStringEntryProtoSchema, TensorProto_DataLocation, TensorProto_DataType as Type, TensorProtoSchema } from '@unfoldjs/onnx/proto';
import { expect } from 'chai';
import { modelBytes, node } from './support/model.js';

const modelWith = (entries: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> => {
  const externalData = Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
  const w = create(TensorProtoSchema, { name: 'w', dataType: Type.FLOAT, dims: [2n], dataLocation: TensorProto_DataLocation.EXTERNAL, externalData });
  return modelBytes({ nodes: [node('Add', 'x w', 'y')], initializers: [w] });
};

/** Two numbers of no meaning, then 10 and 20. */
const weights = new Uint8Array(Float32Array.of(7, 7, 10, 20).buffer);
const plain = modelWith({ location: 'data/weights.bin', offset: '8', length: '8' });

describe('where models come from', () => {
  let backend: Backend;
  let folder = '';
  let server: Server;
  let address = '';
  before(async () => {
    backend = await setBackend(cpu());
    const all = mkdtempSync(join(tmpdir(), 'unfold-onnx-'));
    folder = join(all, 'model');
    mkdirSync(join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'model.onnx'), plain);
    writeFileSync(join(folder, 'data/weights.bin'), weights);
    writeFileSync(join(all, 'secret.bin'), weights);
    server = createServer(({ url }, response) => {
      if (url === '/nets/model.onnx') response.end(plain);
      else if (url === '/nets/data/weights.bin') response.end(weights);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/nets/model.onnx`;
  });
  after(async () => {
    await backend.dispose();
    rmSync(join(folder, '..'), { recursive: true });
    server.close();
  });

  const resultOf = (model: OnnxModel): Promise<unknown> => model.apply(model.params, [tensor([1, 2])])[0]!.array();
  const refusalOf = (source: OnnxSource): Promise<unknown> => importOnnx(source).then(() => 'read', (fault: Error) => fault.message);

  it('a path, a file: URL, an http: URL and the same as text, with their external data beside them', async () => {
    const path = join(folder, 'model.onnx');
    for (const source of [path, pathToFileURL(path), pathToFileURL(path).href, new URL(address), address]) expect(await resultOf(await importOnnx(source)), String(source)).to.deep.equal([11, 22]);
  });

  it('bytes, an ArrayBuffer and a Blob, whose external data somebody reads for them', async () => {
    const asked: string[] = [];
    const readExternal = (location: string): Uint8Array => {
      asked.push(location);
      return weights;
    };
    for (const source of [plain, plain.buffer, new Blob([plain])]) expect(await resultOf(await importOnnx(source, { readExternal }))).to.deep.equal([11, 22]);
    expect(asked).to.deep.equal(Array(3).fill('data/weights.bin'));
  });

  it('external data without an offset and a length is the whole file', async () => {
    const model = await importOnnx(modelWith({ location: 'w' }), { readExternal: () => weights.subarray(8) });
    expect(await resultOf(model)).to.deep.equal([11, 22]);
  });

  it('external data that ends before it should is refused', async () => {
    writeFileSync(join(folder, 'short.onnx'), modelWith({ location: 'data/weights.bin', offset: '12', length: '8' }));
    expect(await refusalOf(join(folder, 'short.onnx'))).to.include('bytes 12 to 20 of "data/weights.bin", which has 16');
  });

  it('external data outside of the folder is refused, also behind a link', async () => {
    symlinkSync(join(folder, '../secret.bin'), join(folder, 'link.bin'));
    symlinkSync(join(folder, '..'), join(folder, 'up'));
    for (const location of ['link.bin', 'up/secret.bin']) {
      writeFileSync(join(folder, 'linked.onnx'), modelWith({ location }));
      expect(await refusalOf(join(folder, 'linked.onnx'))).to.include(`"${location}" leads out of the folder of the model`);
    }
    writeFileSync(join(folder, 'named.onnx'), modelWith({ location: '../secret.bin' }));
    expect(await refusalOf(join(folder, 'named.onnx'))).to.include('not in the folder of the model');
  });

  it('what is not there is refused by its name', async () => {
    expect(await refusalOf(join(folder, 'none.onnx'))).to.include('none.onnx cannot be read');
    expect(await refusalOf(new URL('none.onnx', address))).to.include('404');
    writeFileSync(join(folder, 'lost.onnx'), modelWith({ location: 'lost.bin' }));
    expect(await refusalOf(join(folder, 'lost.onnx'))).to.include('lost.bin cannot be read');
  });
});
