import { contextOf } from './dom.js';
import { drawLines, inkOfLines, type Line } from './ink.js';
import { side } from './train.js';

/** Width of the pen, in parts of the pad. */
const pen = 0.09;
/** How far an arrow key moves it. */
const step = 0.04;

export interface Pad {
  clear(): void;
  /** Shows a picture in place of lines. */
  show(ink: Float32Array): void;
}

/** A canvas to draw on with mouse, finger or keys. `changed` is told what the model sees, and null where nothing is drawn. */
export function padOn(canvas: HTMLCanvasElement, changed: (ink: Float32Array | null) => void): Pad {
  const context = contextOf(canvas);
  let lines: (readonly [x: number, y: number])[][] = [];
  let picture: Float32Array | null = null;
  /** The pen that keys move; null while nobody uses them. */
  let keyPen: { at: readonly [x: number, y: number]; isDown: boolean } | null = null;

  /** In the colour of the pen, each value as transparency. */
  function drawPicture(ink: Float32Array): void {
    const small = new OffscreenCanvas(side, side);
    const pixels = small.getContext('2d')!;
    pixels.fillStyle = context.fillStyle;
    ink.forEach((value, i) => {
      pixels.globalAlpha = value;
      pixels.fillRect(i % side, Math.floor(i / side), 1, 1);
    });
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, 1, 1);
  }

  function redraw(): void {
    const { color, backgroundColor } = getComputedStyle(canvas);
    const size = canvas.width;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = backgroundColor;
    context.fillRect(0, 0, size, size);
    context.scale(size, size);
    context.fillStyle = context.strokeStyle = color;
    if (picture) drawPicture(picture);
    drawLines(context, lines, pen);
    if (!keyPen || document.activeElement !== canvas) return;
    context.lineWidth = 0.012;
    context.strokeStyle = keyPen.isDown ? '#e5484d' : '#3b82f6';
    context.beginPath();
    context.arc(...keyPen.at, pen / 2, 0, 2 * Math.PI);
    context.stroke();
  }

  function update(): void {
    redraw();
    changed(picture ?? (lines.length > 0 ? inkOfLines(lines) : null));
  }

  function begin(point: Line[number]): void {
    picture = null;
    lines.push([point]);
    update();
  }

  function go(...points: readonly Line[number][]): void {
    lines.at(-1)?.push(...points);
    update();
  }

  function show(shown: Float32Array | null): void {
    [lines, picture] = [[], shown];
    if (keyPen) keyPen.isDown = false;
    update();
  }

  const placeOf = ({ clientX, clientY }: PointerEvent): Line[number] => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    keyPen = null;
    begin(placeOf(event));
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    // Browsers tell of a quick hand once a frame; the places in between come along, but not in older Safaris, nor in events of scripts.
    const between = event.getCoalescedEvents?.() ?? [];
    go(...(between.length > 0 ? between : [event]).map(placeOf));
  });
  canvas.addEventListener('keydown', (event) => {
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    const isPen = event.key === ' ';
    if (event.key === 'Delete' || event.key === 'Backspace') show(null);
    else if (!move && !isPen) return;
    event.preventDefault();
    keyPen ??= { at: [0.5, 0.5], isDown: false };
    const [x, y] = keyPen.at;
    if (move) keyPen.at = [Math.min(1, Math.max(0, x + move[0]!)), Math.min(1, Math.max(0, y + move[1]!))];
    else if (isPen) keyPen.isDown = !keyPen.isDown;
    if (isPen && keyPen.isDown) begin(keyPen.at);
    else if (move && keyPen.isDown) go(keyPen.at);
    else redraw();
  });
  canvas.addEventListener('focus', () => {
    if (canvas.matches(':focus-visible')) keyPen ??= { at: [0.5, 0.5], isDown: false };
    redraw();
  });
  canvas.addEventListener('blur', redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  redraw();
  return { clear: () => show(null), show };
}
