// A part of a picture. value: {src}. Event "cut": {box}: left, top, right, bottom in shares of its sides.
const LEAST = 0.05;
const at = (name) => element.querySelector(name);
const [image, part, shapes] = [at('img'), at('.part'), at('select')];
let box = [0, 0, 1, 1];
let held = null;
const clamp = (value, low = 0, high = 1) => Math.min(high, Math.max(low, value));
const show = () => {
  const [left, top, right, bottom] = box;
  Object.assign(part.style, { left: `${100 * left}%`, top: `${100 * top}%` });
  Object.assign(part.style, { width: `${100 * (right - left)}%`, height: `${100 * (bottom - top)}%` });
};
const ratio = () => (Number(shapes.value) * image.naturalHeight) / image.naturalWidth; // width by height, in shares
const shaped = () => {
  if (!Number(shapes.value)) return;
  let [left, top, right, bottom] = box;
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  let width = right - left;
  let height = width / ratio();
  if (height > bottom - top) [width, height] = [(bottom - top) * ratio(), bottom - top];
  [left, top] = [clamp(x - width / 2, 0, 1 - width), clamp(y - height / 2, 0, 1 - height)];
  box = [left, top, left + width, top + height];
};
const move = (dx, dy) => {
  const [width, height] = [box[2] - box[0], box[3] - box[1]];
  const [left, top] = [clamp(box[0] + dx, 0, 1 - width), clamp(box[1] + dy, 0, 1 - height)];
  box = [left, top, left + width, top + height];
};
const pull = (corner, dx, dy) => {
  const next = [...box];
  if (corner.includes('w')) next[0] = clamp(box[0] + dx, 0, box[2] - LEAST);
  if (corner.includes('e')) next[2] = clamp(box[2] + dx, box[0] + LEAST, 1);
  if (Number(shapes.value)) dy = (corner === 'nw' || corner === 'se' ? 1 : -1) * ((corner.includes('w') ? next[0] - box[0] : next[2] - box[2]) / ratio());
  if (corner.includes('n')) next[1] = clamp(box[1] + dy, 0, box[3] - LEAST);
  if (corner.includes('s')) next[3] = clamp(box[3] + dy, box[1] + LEAST, 1);
  box = next;
  if (Number(shapes.value)) shaped();
};
const draw = () => {
  const { src } = props.value || {};
  at('.crop').hidden = !src;
  if (src && image.getAttribute('src') !== src) {
    image.src = src;
    image.hidden = false;
    box = [0, 0, 1, 1];
    shapes.value = '0';
    show();
  }
};
part.addEventListener('pointerdown', (event) => {
  part.setPointerCapture(event.pointerId);
  held = { corner: event.target.dataset.corner, x: event.clientX, y: event.clientY };
  event.preventDefault();
});
part.addEventListener('pointermove', (event) => {
  if (!held) return;
  const size = at('.canvas').getBoundingClientRect();
  const [dx, dy] = [(event.clientX - held.x) / size.width, (event.clientY - held.y) / size.height];
  held.corner ? pull(held.corner, dx, dy) : move(dx, dy);
  [held.x, held.y] = [event.clientX, event.clientY];
  show();
});
part.addEventListener('pointerup', () => (held = null));
part.addEventListener('pointercancel', () => (held = null));
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
part.addEventListener('keydown', (event) => {
  const step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  const [dx, dy] = step.map((value) => 0.02 * value);
  event.shiftKey ? pull('se', dx, dy) : move(dx, dy);
  show();
});
shapes.addEventListener('change', () => {
  box = [0, 0, 1, 1];
  shaped();
  show();
});
at('.cut').addEventListener('click', () => trigger('cut', { box }));
watch('value', draw);
draw();
