// A painting, and its photo under a slider, that can be looked at closely. value: {after, before, alt}, and, where they
// are the `same` otherwise, {same, after, close}: the painting as it is now, and drawn larger. Event "closer": {}.
const at = (name) => element.querySelector(name);
const [range, pair, dialog] = [at('.slide input'), at('.pair'), at('dialog')];
const NEAR = 4; // px that a pointer may move while it is pressed, and is not dragged
let held = null;
let dragged = false;
let full = {};
const show = () => {
  const share = Number(range.value);
  range.style.setProperty('--at', `${share}%`);
  at('.photo').style.clipPath = `inset(0 ${100 - share}% 0 0)`;
  at('.photo').hidden = share === 0;
  at('.edge').hidden = share === 0 || share === 100;
  at('.edge').style.left = `${share}%`;
};
const draw = () => {
  const { same, ...value } = props.value || {};
  full = same ? { ...full, close: '', ...value } : value;
  if (same) props.value = full; // all of it is here, if this is put away and comes again
  const { after, before, alt, close } = full;
  if (after && at('.after').getAttribute('src') !== after) at('.after').src = after;
  if (close && dialog.open) at('dialog img').src = close;
  at('.after').hidden = at('.under').hidden = !after;
  at('.after').alt = alt || 'The painting';
  if (before && at('.photo').getAttribute('src') !== before) {
    at('.photo').src = before;
    range.value = 0;
  }
  at('.slide').hidden = !before;
  if (!before) range.value = 0;
  show();
};
const closely = (x, y) => {
  const image = at('dialog img');
  image.src = at('.after').src;
  image.alt = at('.after').alt;
  dialog.showModal();
  room.scrollTo(x * image.offsetWidth - room.clientWidth / 2, y * image.offsetHeight - room.clientHeight / 2);
  trigger('closer', {});
};
const place = (event) => {
  const box = pair.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
};
pair.addEventListener('pointerdown', (event) => {
  if (event.button) return;
  [held, dragged] = [[event.clientX, event.clientY], false];
  if (event.pointerType === 'mouse') pair.setPointerCapture(event.pointerId);
});
pair.addEventListener('pointermove', (event) => {
  if (!held) return;
  dragged ||= Math.hypot(event.clientX - held[0], event.clientY - held[1]) > NEAR;
  if (!dragged || at('.slide').hidden) return;
  range.value = 100 * place(event)[0];
  show();
});
pair.addEventListener('pointerup', () => (held = null));
pair.addEventListener('pointercancel', () => (held = null));
pair.addEventListener('click', (event) => dragged || closely(...place(event)));
at('.look').addEventListener('click', () => closely(0.5, 0.3));
at('.leave').addEventListener('click', () => dialog.close());
const room = at('.room'); // its picture is moved by the mouse as by a finger, and put away where it is only pressed
let moved = null;
room.addEventListener('pointerdown', (event) => (moved = event.pointerType === 'mouse' ? 0 : null));
room.addEventListener('pointermove', (event) => {
  if (moved === null || !event.buttons) return;
  room.scrollBy(-event.movementX, -event.movementY);
  moved += Math.abs(event.movementX) + Math.abs(event.movementY);
});
room.addEventListener('click', () => (moved || 0) <= NEAR && dialog.close());
range.addEventListener('input', show);
watch('value', draw);
draw();
