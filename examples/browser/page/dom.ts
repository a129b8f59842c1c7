/** The element with this id, which the page has, as what it is. */
export function byId<E extends Element>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`#${id} is no ${kind.name} of this page`);
}

/** An element with attributes and children. */
export function make<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Readonly<Record<string, string>> = {}, ...children: readonly (Node | string)[]): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** The 2D context of a canvas. @throws Error where the browser gives none. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no 2D canvas');
  return context;
}

/** Work goes on for so long before the browser may draw and answer again. */
const breathMs = 10;
let breathedAt = 0;

/**
 * Lets the browser draw and answer, where it could not for a while. By a message: timers wait for 4 ms, and for a second where nobody looks
 * at the page.
 */
export async function breathe(): Promise<void> {
  if (performance.now() - breathedAt < breathMs) return;
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
  breathedAt = performance.now();
}
