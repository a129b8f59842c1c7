import { placeholder, transpose, type Tensor } from '@unfoldjs/core';
import { drawDigits } from '@unfoldjs/digits';
import { adam, conv2d, datasetOf, dense, fit, flatten, maxPool2d, sequential, shuffledIndices, softmaxCrossEntropy, type Dataset } from '@unfoldjs/nn';
import { readIdxDataset } from '@unfoldjs/nn/node';
import { exportOnnx } from '@unfoldjs/onnx';

/** What the new head learns, and what it is tried on. */
export interface Materials {
  readonly train: Dataset;
  readonly test: Dataset;
  readonly classes: number;
}

/** Some pictures of a set, white being `white`. */
function part({ images: { data, shape }, labels, classes }: Dataset, chosen: readonly number[], white: number): Dataset {
  const [, height, width, channels] = shape;
  const pixels = height * width * channels;
  const most = data instanceof Uint8Array ? 255 : 1;
  const images = new Float32Array(chosen.length * pixels);
  chosen.forEach((from, to) => images.set(Float32Array.from(data.subarray(from * pixels, (from + 1) * pixels), (value) => (value * white) / most), to * pixels));
  return datasetOf({ images, shape: [height, width, channels], labels: chosen.map((i) => labels[i]!), classes });
}

/** Two files of the form of MNIST: the last quarter, in random order, is not trained on. */
export async function cloth(imagesPath: string, labelsPath: string, white: number): Promise<Materials> {
  const all = await readIdxDataset(imagesPath, labelsPath);
  const order = [...shuffledIndices(all.labels.length, 1)];
  const cut = Math.floor(0.75 * order.length);
  return { train: part(all, order.slice(0, cut), white), test: part(all, order.slice(cut), white), classes: all.classes.length };
}

/** Drawn digits in three classes that the model was never told of: the rest of a division by three. */
export function thirds(white: number): Materials {
  const of = (count: number, seed: number): Dataset => {
    const digits = drawDigits(count, { seed, side: 28 });
    const grouped = { ...digits, labels: digits.labels.map((label) => label % 3), classes: ['0 3 6 9', '1 4 7', '2 5 8'] };
    return part(grouped, [...grouped.labels.keys()], white);
  };
  return { train: of(600, 3), test: of(300, 4), classes: 3 };
}

/** A network for drawn digits as others would publish it: channels first, pixels from 0 to 255, and its features beside its answer. */
export async function ownModel(): Promise<Uint8Array> {
  const body = sequential([conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }), maxPool2d({ poolSize: 2 }), conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }), maxPool2d({ poolSize: 2 })]);
  const model = sequential([body, flatten(), dense({ units: 10 })], { inputShape: [28, 28, 1] });
  const digits = drawDigits(1000, { seed: 1, side: 28 });
  const { state } = await fit(model, part(digits, [...digits.labels.keys()], 255), { loss: softmaxCrossEntropy, optimizer: adam(), learningRate: 0.002, epochs: 2, batchSize: 50, seed: 1, progress: false });
  const context = { training: false, random: (): never => { throw new Error('nothing is random without training'); } };
  const [first, ...rest] = model.layers;
  return exportOnnx(
    (images: Tensor) => {
      const features = first!.layer.apply(state.params[first!.name] as never, [transpose(images, [0, 2, 3, 1])], context, {}).output;
      const logits = rest.reduce((x, { name, layer }) => layer.apply((state.params[name] ?? {}) as never, [x], context, {}).output, features);
      return { features: transpose(features, [0, 3, 1, 2]), logits };
    },
    [placeholder([null, 1, 28, 28])],
    { params: state.params, inputNames: ['images'] },
  );
}
