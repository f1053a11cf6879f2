// Colours to paint with. value: {colors: ['#rrggbb']}. Event "mixed": {colors}.
const MOST = 24;
const row = element.querySelector('.row');
const colors = () => [...row.querySelectorAll('input')].map((one) => one.value);
const tell = () => trigger('mixed', { colors: colors() });
const add = (color) => {
  const pot = document.createElement('span');
  pot.className = 'pot';
  pot.innerHTML = '<input type="color"><button type="button" aria-label="take this colour away">×</button>';
  const input = pot.querySelector('input');
  input.value = color;
  input.setAttribute('aria-label', 'a colour');
  input.addEventListener('change', tell);
  pot.querySelector('button').addEventListener('click', () => {
    pot.remove();
    tell();
  });
  row.append(pot);
};
const draw = () => {
  row.replaceChildren();
  ((props.value || {}).colors || []).forEach(add);
};
element.querySelector('.plus').addEventListener('click', () => {
  if (row.children.length < MOST) add('#c98a1b');
  tell();
});
watch('value', draw);
draw();
