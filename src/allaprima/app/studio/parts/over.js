// A picture to paint over. value: {src, less, broad, drawn}: whether there is a "less", how broad the brush is at first, in
// hundredths of the picture, and what is drawn, which is kept while the picture is out of sight. Event "painted": {mask}, a PNG in which red is more and blue is less.
const MOST = 512;
const at = (name) => element.querySelector(name);
const [image, canvas, spot] = [at('img'), at('canvas'), at('.spot')];
const pen = canvas.getContext('2d', { willReadFrequently: true });
const COLORS = { more: '#ff0000', less: '#0000ff' };
let kind = 'more';
let last = null;
let cursor = [0.5, 0.5];
const broad = () => (Number(at('.broad').value) / 100) * Math.max(canvas.width, canvas.height);
const choose = (name) => {
  kind = name;
  element.querySelectorAll('[data-kind]').forEach((one) => {
    one.setAttribute('aria-checked', String(one.dataset.kind === name));
    one.tabIndex = one.dataset.kind === name ? 0 : -1;
  });
};
const dab = (from, to) => {
  pen.globalCompositeOperation = kind === 'none' ? 'destination-out' : 'source-over';
  pen.strokeStyle = COLORS[kind] || '#000';
  pen.lineWidth = broad();
  pen.lineCap = 'round';
  pen.beginPath();
  pen.moveTo(from[0] * canvas.width, from[1] * canvas.height);
  pen.lineTo(to[0] * canvas.width + 0.01, to[1] * canvas.height);
  pen.stroke();
};
const fill = () => at('.broad').style.setProperty('--at', `${(100 * (at('.broad').value - 2)) / 28}%`);
const tell = () => {
  const flat = document.createElement('canvas');
  [flat.width, flat.height] = [canvas.width, canvas.height];
  const under = flat.getContext('2d');
  under.fillRect(0, 0, flat.width, flat.height);
  under.drawImage(canvas, 0, 0);
  const empty = !pen.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value);
  props.value = { ...props.value, drawn: empty ? '' : canvas.toDataURL('image/png') };
  trigger('painted', { mask: empty ? '' : flat.toDataURL('image/png') });
};
const place = (event) => {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
};
const clear = () => pen.clearRect(0, 0, canvas.width, canvas.height);
const draw = () => {
  const { src, less, drawn } = props.value || {};
  at('[data-kind=less]').hidden = !less;
  at('.over').hidden = !src;
  if (!src) clear();
  if (src && image.getAttribute('src') !== src) {
    image.onload = () => {
      const scale = Math.min(1, MOST / Math.max(image.naturalWidth, image.naturalHeight));
      canvas.width = Math.round(image.naturalWidth * scale);
      canvas.height = Math.round(image.naturalHeight * scale);
      image.hidden = false;
      if (!drawn) return;
      const was = new Image();
      was.onload = () => pen.drawImage(was, 0, 0);
      was.src = drawn;
    };
    image.src = src;
  }
};
canvas.addEventListener('pointerdown', (event) => {
  canvas.setPointerCapture(event.pointerId);
  last = place(event);
  dab(last, last);
  event.preventDefault();
});
canvas.addEventListener('pointermove', (event) => {
  if (!last) return;
  const now = place(event);
  dab(last, now);
  last = now;
});
const end = () => {
  if (last) tell();
  last = null;
};
canvas.addEventListener('pointerup', end);
canvas.addEventListener('pointercancel', end);
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
canvas.addEventListener('keydown', (event) => {
  const step = STEPS[event.key];
  if (step) cursor = cursor.map((value, axis) => Math.min(1, Math.max(0, value + 0.02 * step[axis])));
  if (event.key === ' ') dab(cursor, cursor);
  if (!step && event.key !== ' ') return;
  event.preventDefault();
  spot.hidden = false;
  [spot.style.left, spot.style.top] = cursor.map((value) => `${100 * value}%`);
});
canvas.addEventListener('keyup', (event) => event.key === ' ' && tell());
canvas.addEventListener('blur', () => (spot.hidden = true));
const kinds = at('.kinds');
kinds.addEventListener('click', (event) => event.target.dataset.kind && choose(event.target.dataset.kind));
kinds.addEventListener('keydown', (event) => {
  if (!STEPS[event.key]) return;
  const shown = [...kinds.children].filter((one) => !one.hidden);
  const next = shown.findIndex((one) => one.dataset.kind === kind) + (STEPS[event.key][0] + STEPS[event.key][1]);
  const one = shown[(next + shown.length) % shown.length];
  choose(one.dataset.kind);
  one.focus();
  event.preventDefault();
});
at('.clear').addEventListener('click', () => {
  clear();
  tell();
});
at('.broad').addEventListener('input', fill);
at('.broad').value = (props.value || {}).broad || at('.broad').value;
choose('more');
fill();
watch('value', draw);
draw();
