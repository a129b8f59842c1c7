import { side } from './train.js';

/** A pen's way, in parts of the page's side. */
export type Line = readonly (readonly [x: number, y: number])[];

/** Grey values are drawn so many times finer and then averaged. */
const fine = 8;
const canvasSide = side * fine;
/** The largest part of the page that a digit covers, and half a pen: what the digits look like that the model has learned from. */
const extent = 0.72;
const penRadius = 0.055;

/** Lines as the model's input: moved to the middle, and all of one size. */
export function inkOfLines(lines: readonly Line[]): Float32Array {
  const context = blackPage();
  const xs = lines.flatMap((line) => line.map(([x]) => x));
  const ys = lines.flatMap((line) => line.map(([, y]) => y));
  const box = { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  // A dot stays one.
  const scale = Math.min(4, extent / Math.max(box.right - box.left, box.bottom - box.top));
  context.scale(canvasSide, canvasSide);
  context.translate(0.5, 0.5);
  context.scale(scale, scale);
  context.translate(-(box.left + box.right) / 2, -(box.top + box.bottom) / 2);
  drawLines(context, lines, (2 * penRadius) / scale);
  return averaged(context);
}

/** Draws lines with round ends in the context's colour; a line of one point is a dot. */
export function drawLines(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, lines: readonly Line[], width: number): void {
  context.lineWidth = width;
  context.lineCap = context.lineJoin = 'round';
  for (const line of lines) {
    context.beginPath();
    line.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    if (line.length === 1) context.lineTo(line[0]![0] + 1e-4, line[0]![1]);
    context.stroke();
  }
}

/** Longest side at which a picture is looked at. */
const mostPixels = 256;

/**
 * A picture of a digit as the model's input. What is rarer at its border is ink, so that dark digits on light paper and light ones on dark
 * both work.
 */
export function inkOfImage(image: ImageBitmap): Float32Array {
  const shrink = Math.min(1, mostPixels / Math.max(image.width, image.height));
  const [width, height] = [Math.max(1, Math.round(image.width * shrink)), Math.max(1, Math.round(image.height * shrink))];
  const context = contextOfSize(width, height);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  const ink = inkOf(pixels);
  const box = boxOf(ink, width, height);
  for (let i = 0; i < ink.length; i++) pixels.data.fill(Math.round(255 * ink[i]!), 4 * i, 4 * i + 3);
  context.putImageData(pixels, 0, 0);
  const page = blackPage();
  const scale = (extent * canvasSide) / Math.max(box.width, box.height);
  const [w, h] = [box.width * scale, box.height * scale];
  page.drawImage(context.canvas, box.left, box.top, box.width, box.height, (canvasSide - w) / 2, (canvasSide - h) / 2, w, h);
  return averaged(page);
}

/** From 0 (paper) to 1 (the darkest ink). */
function inkOf({ data, width, height }: ImageData): Float32Array {
  const grey = Float32Array.from({ length: width * height }, (_, i) => (0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!) / 255);
  const border = grey.filter((_, i) => i % width === 0 || i % width === width - 1 || i < width || i >= width * (height - 1)).sort();
  const paper = border[border.length >> 1]!;
  const distance = grey.map((value) => Math.abs(value - paper));
  const most = distance.reduce((a, b) => Math.max(a, b), 0) || 1;
  return distance.map((value) => value / most);
}

/** The smallest box around what is clearly ink; all of a picture without any. */
function boxOf(ink: Float32Array, width: number, height: number): { left: number; top: number; width: number; height: number } {
  let [left, right, top, bottom] = [width, -1, height, -1];
  ink.forEach((value, i) => {
    if (value < 0.35) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  });
  return right < 0 ? { left: 0, top: 0, width, height } : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function contextOfSize(width: number, height: number): OffscreenCanvasRenderingContext2D {
  return new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
}

function blackPage(): OffscreenCanvasRenderingContext2D {
  const context = contextOfSize(canvasSide, canvasSide);
  context.fillRect(0, 0, canvasSide, canvasSide);
  context.strokeStyle = '#fff';
  context.imageSmoothingQuality = 'high';
  return context;
}

function averaged(context: OffscreenCanvasRenderingContext2D): Float32Array {
  const { data } = context.getImageData(0, 0, canvasSide, canvasSide);
  const ink = new Float32Array(side * side);
  for (let i = 0; i < canvasSide * canvasSide; i++) {
    const [x, y] = [i % canvasSide, Math.floor(i / canvasSide)];
    ink[Math.floor(y / fine) * side + Math.floor(x / fine)]! += data[4 * i]! / (255 * fine * fine);
  }
  return ink;
}
