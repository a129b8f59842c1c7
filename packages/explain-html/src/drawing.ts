import type { NodeSnapshot } from '@unfoldjs/core/explain';
import { lineHeight, place, type PlacedEdge, type PlacedNode } from './layout.js';
import { escaped, px } from './markup.js';

/** Nodes as SVG: each a group with its id, for the page to mark and to find. */
export function drawGraph(nodes: readonly NodeSnapshot[], outputs: readonly number[]): string {
  const placed = place(nodes);
  const results = new Set(outputs);
  const size = `${Math.ceil(placed.width)} ${Math.ceil(placed.height)}`;
  return [
    `<svg class="graph" viewBox="0 0 ${size}" width="${size.split(' ')[0]}" height="${size.split(' ')[1]}" role="img">`,
    ...placed.edges.map(edgeSvg),
    ...placed.nodes.map((each) => nodeSvg(each, results.has(each.node.id))),
    '</svg>',
  ].join('\n');
}

function edgeSvg({ from, to, points }: PlacedEdge): string {
  const [first, ...rest] = points;
  const path = `M${px(first!.x)},${px(first!.y)}${rest.map(({ x, y }) => `L${px(x)},${px(y)}`).join('')}`;
  return `<path class="edge" data-from="${from}" data-to="${to}" d="${path}" marker-end="url(#arrow)"/>`;
}

function nodeSvg({ node, lines, x, y, width, height }: PlacedNode, isResult: boolean): string {
  const { id, op, inputs, attrs, type, source } = node;
  const kind = inputs.length === 0 ? 'leaf' : 'op';
  const details = [`${op} #${id}`, type, ...(attrs === null || JSON.stringify(attrs) === '{}' ? [] : [JSON.stringify(attrs)]), ...(source === undefined ? [] : [source])];
  const top = y - ((lines.length - 1) * lineHeight) / 2 + 4;
  return [
    `<g class="node ${kind}${isResult ? ' result' : ''}" data-id="${id}">`,
    `<title>${escaped(details.join('\n'))}</title>`,
    `<rect x="${px(x - width / 2)}" y="${px(y - height / 2)}" width="${px(width)}" height="${px(height)}" rx="${kind === 'leaf' ? px(height / 2) : 3}"/>`,
    ...lines.map((line, i) => `<text x="${px(x)}" y="${px(top + i * lineHeight)}"${i === 0 ? ' class="op"' : ''}>${escaped(line)}</text>`),
    '</g>',
  ].join('');
}
