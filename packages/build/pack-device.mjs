// `npm run pack:device [folder]`: one archive with which a machine that has a GPU, and neither Node nor packages, runs the suite and the bench of WebGPU.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { readJson, root } from './workspace.mjs';

const mostMiB = 60;

/** Of those that are compared: all that runs. TensorFlow.js's bundle has its core inside, which its WebGPU backend asks for by name. */
const peerFiles = {
  '@jax-js/jax': { files: 'dist', main: 'dist/index.js' },
  '@tensorflow/tfjs': { files: 'dist/tf.min.js', main: 'dist/tf.min.js' },
  '@tensorflow/tfjs-backend-webgpu': { files: 'dist/tf-backend-webgpu.min.js', main: 'dist/tf-backend-webgpu.min.js' },
};

const script = `#!/bin/sh
# Runs Unfold's WebGPU suite and bench on this machine's GPU:  sh run.sh [suite|bench|all] [folder for results] [workloads...]
# VK_ICD_FILENAMES names a driver where the loader does not find it.
set -e
here=$(cd "$(dirname "$0")" && pwd)
what=\${1:-all}
out=\${2:-$here}
[ $# -gt 2 ] && shift 2 || shift $#
export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/lib"
export UNFOLD_WEBGPU="$here/webgpu/index.js"
status=0
if [ "$what" != bench ]; then "$here/node" --expose-gc --test-reporter=spec "$here/unfold/dist/suite.mjs" || status=$?; fi
if [ "$what" != suite ]; then "$here/node" --expose-gc "$here/unfold/dist/bench.mjs" "$out" "$@" || status=$?; fi
exit $status
`;

/** The files that the archive takes from this machine; each can be named. */
function found(what, named, places) {
  const path = [named, ...places].find((candidate) => candidate && existsSync(candidate));
  if (path) return path;
  throw new Error(`${what} was not found. Fix: name it (see CONTRIBUTING.md), or install it: ${places.join(' or ')}`);
}

/** Bundles the suite and the bench, adds what they need, and packs all of it. Gives the path of the archive. */
export async function packDevice([folder = root]) {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('the archive is for linux-x64, and takes Node from the machine that packs it: pack it on one');
  const { build } = await import('esbuild');
  const stage = mkdtempSync(join(tmpdir(), 'unfold-device-'));
  const top = join(stage, 'unfold-device');
  try {
    mkdirSync(join(top, 'unfold/dist'), { recursive: true });
    const entries = { suite: 'packages/backend-gpu/dist-test/device-suite.js', bench: 'packages/bench/dist/device.js' };
    for (const [name, entry] of Object.entries(entries)) {
      await build({
        entryPoints: [join(root, entry)],
        outfile: join(top, `unfold/dist/${name}.mjs`),
        bundle: true,
        minify: true,
        keepNames: true,
        format: 'esm',
        platform: 'node',
        target: 'node20',
        // gpu.js asks for it where there is one.
        external: ['gl', 'esbuild', 'playwright-core'],
        banner: { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" },
        logLevel: 'silent',
      });
    }

    const dawn = dirname(found('Dawn, the package webgpu,', process.env.UNFOLD_WEBGPU, [join(root, 'node_modules/webgpu/index.js')]));
    mkdirSync(join(top, 'webgpu/dist/linux-x64'), { recursive: true });
    for (const file of ['index.js', 'package.json', 'LICENSE.md', 'dist/linux-x64/dawn.node']) copyFileSync(join(dawn, file), join(top, 'webgpu', file));
    mkdirSync(join(top, 'lib'));
    copyFileSync(found('The Vulkan loader', process.env.UNFOLD_VULKAN, ['/usr/lib/x86_64-linux-gnu/libvulkan.so.1', '/usr/lib64/libvulkan.so.1']), join(top, 'lib/libvulkan.so.1'));

    // Those that are compared, where they are installed; the bench says which are not.
    const peers = join(root, 'packages/bench/peers');
    mkdirSync(join(top, 'peers'));
    copyFileSync(join(peers, 'package.json'), join(top, 'peers/package.json'));
    for (const [name, { files, main }] of Object.entries(peerFiles)) {
      const [from, to] = [join(peers, 'node_modules', name), join(top, 'peers/node_modules', name)];
      if (!existsSync(from)) continue;
      cpSync(join(from, files), join(to, files), { recursive: true, dereference: true, filter: (path) => !path.endsWith('.map') });
      const { version, type } = readJson(join(from, 'package.json'));
      writeFileSync(join(to, 'package.json'), JSON.stringify({ name, version, type, main }));
    }
    const tfjsCore = join(top, 'peers/node_modules/@tensorflow/tfjs-core');
    mkdirSync(tfjsCore, { recursive: true });
    writeFileSync(join(tfjsCore, 'index.js'), "module.exports = require('@tensorflow/tfjs');\n");

    copyFileSync(process.execPath, join(top, 'node'));
    spawnSync('strip', [join(top, 'node')]);
    writeFileSync(join(top, 'run.sh'), script);
    chmodSync(join(top, 'run.sh'), 0o755);
    mkdirSync(resolve(folder), { recursive: true });
    const archive = join(resolve(folder), 'unfold-device.tar.xz');
    execFileSync('tar', ['-cJf', archive, '-C', stage, 'unfold-device'], { env: { ...process.env, XZ_OPT: '-6 -T0' } });
    const size = statSync(archive).size / 2 ** 20;
    if (size > mostMiB) throw new Error(`the archive has ${size.toFixed(1)} MiB, and ${mostMiB} is the most`);
    console.log(`${archive}: ${size.toFixed(1)} MiB. There: tar xJf unfold-device.tar.xz && sh unfold-device/run.sh`);
    return archive;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
