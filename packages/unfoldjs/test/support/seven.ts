import { encode } from 'fast-png';

const side = 56;

/** A seven, white on black, as a PNG of 56x56 pixels. */
export function sevenPng(): Uint8Array {
  const data = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const bar = y >= 12 && y < 17 && x >= 16 && x < 40;
      const stroke = y >= 12 && y < 46 && Math.abs(x - (38 - (y - 12) * 0.45)) < 3;
      if (bar || stroke) data[y * side + x] = 255;
    }
  }
  return encode({ width: side, height: side, channels: 1, depth: 8, data });
}
