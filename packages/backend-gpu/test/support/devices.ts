/** What gpu.js asks its host for, seen from outside: contexts and devices, so that tests can take them away and count what lies on them. */

interface Gl {
  getExtension(name: 'WEBGL_lose_context'): { loseContext(): void } | null;
}
interface Device {
  destroy(): void;
  createBuffer(descriptor: { size: number; usage: number }): unknown;
}
type Method = (this: unknown, ...values: never[]) => unknown;
interface Class {
  readonly prototype: Record<string, Method>;
}

const host = globalThis as unknown as Readonly<Record<string, Class | undefined>>;
const contexts = new Set<Gl>();
const devices = new Set<Device>();
/** What was made and not deleted. */
const objects = new Set<unknown>();
let isWatching = false;

/** Calls `seen` with what a method gives, and with what it is called on and given, whoever calls it. */
function watch(owner: Class | undefined, method: string, seen: (result: unknown, self: unknown, first: unknown) => void): void {
  const own = owner?.prototype[method];
  if (!owner || !own) return;
  owner.prototype[method] = function (...values) {
    const result = own.apply(this, values);
    if (result instanceof Promise) void result.then((value) => seen(value, this, values[0]), () => {});
    else seen(result, this, values[0]);
    return result;
  };
}

/** To be called before a backend is opened. */
export function watchDevices(): void {
  if (isWatching) return;
  isWatching = true;
  watch(host['GPUAdapter'], 'requestDevice', (device) => devices.add(device as Device));
  watch(host['GPUDevice'], 'createBuffer', (buffer) => objects.add(buffer));
  watch(host['GPUBuffer'], 'destroy', (_result, buffer) => objects.delete(buffer));
  for (const name of ['HTMLCanvasElement', 'OffscreenCanvas']) watch(host[name], 'getContext', (context) => context && 'getExtension' in (context as object) && contexts.add(context as Gl));
  for (const name of ['WebGLRenderingContext', 'WebGL2RenderingContext']) {
    for (const kind of ['Texture', 'Program', 'Shader', 'Buffer', 'Framebuffer']) {
      watch(host[name], `create${kind}`, (made) => objects.add(made));
      watch(host[name], `delete${kind}`, (_result, _self, gone) => objects.delete(gone));
    }
  }
}

/** Objects on all devices: buffers of WebGPU, and whatever WebGL has. */
export const deviceObjects = (): number => objects.size;

/** Takes every context and device away, as a driver that crashes does. */
export function loseDevices(): void {
  for (const device of devices) device.destroy();
  for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext();
  devices.clear();
  contexts.clear();
}

/** Has the newest device report an error that belongs to no call; false where there is no WebGPU. */
export async function reportStrayError(): Promise<boolean> {
  const device = [...devices].at(-1);
  device?.createBuffer({ size: 4, usage: 0xffff });
  await new Promise((resolve) => setTimeout(resolve, 50));
  return device !== undefined;
}
