// Colours, one of which is chosen, or one of one's own. `known`: [{key, name, color}], with a CSS colour each, the first
// if nothing is chosen. value: the key, or #rrggbb.
const at = (name) => element.querySelector(name);
const own = at('.own');
const show = () => {
  const value = props.value || props.known[0].key;
  const found = props.known.find((one) => one.key === value);
  element.querySelectorAll('.known button').forEach((one) => one.setAttribute('aria-pressed', String(one.dataset.key === value)));
  own.classList.toggle('pressed', !found);
  if (!found) at('.own input').value = value;
  at('.chosen').textContent = found ? found.name : value;
};
const set = (key) => {
  props.value = key;
  show();
};
props.known.forEach(({ key, name, color }) => {
  const chip = document.createElement('button');
  chip.type = 'button';
  chip.dataset.key = key;
  chip.title = name;
  chip.setAttribute('aria-label', name);
  if (color) chip.style.background = color;
  chip.addEventListener('click', () => set(key));
  at('.known').append(chip);
});
at('.own input').addEventListener('input', (event) => set(event.target.value));
watch('value', show);
show();
