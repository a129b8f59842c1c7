/**
 * What the page does: copies the graphs before and after the chosen pass from their templates, marks what changed, and finds the node of
 * a rewrite. Plain text, so that no bundler adds helpers to it that the page lacks.
 */
export const pageScript = `
const stages = JSON.parse(document.getElementById('stages').textContent);
const one = (selector, under = document) => under.querySelector(selector);
const all = (selector, under = document) => [...under.querySelectorAll(selector)];
const nodeIn = (panel, id) => one('.node[data-id="' + id + '"]', panel);
const mark = (panel, ids, name) => { for (const id of ids) nodeIn(panel, id)?.classList.add(name); };

function fill(panel, graph) {
  panel.replaceChildren(document.getElementById('graph-' + graph).content.cloneNode(true));
}

function show(index) {
  const stage = stages[index];
  for (const button of all('nav button')) button.setAttribute('aria-pressed', String(button.dataset.stage === String(index)));
  for (const text of all('.stage')) text.hidden = text.dataset.stage !== String(index);
  const [before, after] = [one('#before'), one('#after')];
  one('#before-is').textContent = index === 0 ? 'before: as it was written' : 'before: after ' + stages[index - 1].name;
  one('#after-is').textContent = 'after ' + stage.name + (index === stages.length - 1 ? ': as it runs' : '');
  fill(before, stage.before);
  fill(after, stage.after);
  mark(before, stage.gone, 'gone');
  mark(before, stage.changed, 'changed');
  mark(after, stage.added, 'added');
  mark(after, stage.changed, 'changed');
  for (const panel of [before, after]) {
    const first = one('.gone, .added, .changed', panel);
    if (first) center(panel, first);
  }
}

function center(panel, node) {
  const [box, frame] = [node.getBoundingClientRect(), panel.getBoundingClientRect()];
  panel.scrollBy(box.x + box.width / 2 - frame.x - frame.width / 2, box.y + box.height / 2 - frame.y - frame.height / 2);
}

function find(id) {
  for (const panel of [one('#before'), one('#after')]) {
    for (const node of all('.found', panel)) node.classList.remove('found');
    const node = nodeIn(panel, id);
    if (!node) continue;
    node.classList.add('found');
    center(panel, node);
  }
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (button?.id === 'whole') button.setAttribute('aria-pressed', String(document.body.classList.toggle('whole')));
  else if (button?.dataset.find) find(button.dataset.find);
  else if (button?.dataset.stage) show(Number(button.dataset.stage));
});
if (stages.length > 0) show(0);
else if (one('#after')) fill(one('#after'), 0);
`;
