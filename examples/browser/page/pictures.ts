import type { Maps } from './classifier.js';
import { contextOf } from './dom.js';

/** Longest side of a picture that is filtered. */
const mostPixels = 320;

/** Draws a picture on a canvas, made smaller where it is large. */
export function drawImage(canvas: HTMLCanvasElement, image: ImageBitmap): void {
  const shrink = Math.min(1, mostPixels / Math.max(image.width, image.height));
  canvas.width = Math.max(3, Math.round(image.width * shrink));
  canvas.height = Math.max(3, Math.round(image.height * shrink));
  contextOf(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
}

/** A picture with edges in every direction: a sun over hills and waves, a house, rings, a checkerboard. */
export function drawScene(canvas: HTMLCanvasElement): void {
  const [width, height] = [320, 220];
  [canvas.width, canvas.height] = [width, height];
  const context = contextOf(canvas);
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, '#4f8fd6');
  sky.addColorStop(1, '#f6d7b0');
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  for (let radius = 58; radius > 4; radius -= 9) disc(context, 250, 62, radius, radius % 2 === 0 ? '#fff3c4' : '#f4b63f');
  hills(context, 128, 22, 61, '#5d7f6d');
  hills(context, 158, 14, 37, '#37584c');
  context.fillStyle = '#b5483f';
  polygon(context, [[52, 120], [98, 78], [144, 120]]);
  context.fillStyle = '#f1e4d0';
  context.fillRect(62, 120, 72, 58);
  context.fillStyle = '#3a4a63';
  for (const x of [72, 104]) context.fillRect(x, 132, 20, 18);
  for (let y = 0; y < 5; y++) for (let x = 0; x < 8; x++) square(context, 186 + 14 * x, 140 + 14 * y, (x + y) % 2 === 0 ? '#1e2330' : '#f4efe4');
  context.strokeStyle = '#e8f2f7';
  context.lineWidth = 2;
  for (let y = 186; y < height; y += 9) wave(context, y);
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function hills(context: CanvasRenderingContext2D, base: number, lift: number, length: number, colour: string): void {
  const { width, height } = context.canvas;
  const ridge = Array.from({ length: width + 1 }, (_, x): [number, number] => [x, base - lift * Math.sin(x / length) - 0.3 * lift * Math.sin(x / 9)]);
  context.fillStyle = colour;
  polygon(context, [[0, height], ...ridge, [width, height]]);
}

function polygon(context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  context.fill();
}

function square(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.fillStyle = colour;
  context.fillRect(x, y, 14, 14);
}

function wave(context: CanvasRenderingContext2D, y: number): void {
  context.beginPath();
  for (let x = 0; x <= 180; x++) context.lineTo(x, y + 2.5 * Math.sin(x / 6 + y));
  context.stroke();
}

/** The brightness of a canvas, from 0 to 1. */
export function greyOf(canvas: HTMLCanvasElement): Maps {
  const { data, width, height } = contextOf(canvas).getImageData(0, 0, canvas.width, canvas.height);
  const grey = Float32Array.from({ length: width * height }, (_, i) => (0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!) / 255);
  return { data: grey, width, height, channels: 1 };
}

/** What a file holds as a picture. @throws Error with the file's name where it is none. */
export async function readImage(file: File): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch (cause) {
    throw new Error(`${file.name} is not a picture that this browser can read. Fix: choose a PNG, JPEG, WebP or GIF file.`, { cause });
  }
}
