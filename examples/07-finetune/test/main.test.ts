import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { skip } from '@unfoldjs/test-support';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const data = process.env['UNFOLD_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** Runs the example in a folder of its own, and says what it printed and which files it left. */
function run(flags: readonly string[]): { output: string; files: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'finetune-'));
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--out', folder, ...flags], { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    return { output: stdout, files: readdirSync(folder).sort() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const percent = (output: string): number => Number(/frozen: ([\d.]+) %/.exec(output)![1]);

describe('fine-tuning', function () {
  this.timeout(240_000);

  it('teaches a new head three classes on features that stay as they are, and writes the whole', () => {
    const { output, files } = run(['--epochs', '10']);
    expect(percent(output)).to.be.above(70);
    expect(output).to.match(/as they were: (\d+) of \1\n/).and.to.match(/read again, it gives the same logits\n/);
    expect(files).to.deep.equal(['base.onnx', 'finetuned.onnx']);
  });

  it('teaches a digit classifier that people published to tell clothes apart', function () {
    const model = join(data, 'onnx/mnist-cntk.onnx');
    if (!existsSync(model)) skip(this, 'the folder of published models is not there');
    const clothes = join(data, 'fashion-mnist-900');
    const { output } = run(['--model', model, '--cut', 'Pooling160_Output_0', '--images', join(clothes, 'images-idx3-ubyte.gz'), '--labels', join(clothes, 'labels-idx1-ubyte.gz')]);
    expect(percent(output)).to.be.above(50);
    expect(output).to.match(/as they were: (\d+) of \1\n/).and.to.match(/read again, it gives the same logits\n/);
  });
});
