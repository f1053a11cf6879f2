// A painting, and its photo under a slider. value: {after, before, alt, same}: `same` if only the painting is another.
const at = (name) => element.querySelector(name);
const range = at('input');
const show = () => {
  const share = Number(range.value);
  at('.photo').style.clipPath = `inset(0 ${100 - share}% 0 0)`;
  at('.photo').hidden = share === 0;
  at('.edge').hidden = share === 0 || share === 100;
  at('.edge').style.left = `${share}%`;
};
const draw = () => {
  const { after, before, alt, same } = props.value || {};
  if (after && at('.after').getAttribute('src') !== after) at('.after').src = after;
  if (same) return;
  at('.after').hidden = !after;
  at('.after').alt = alt || 'The painting';
  if (before && at('.photo').getAttribute('src') !== before) {
    at('.photo').src = before;
    range.value = 0;
  }
  at('.slide').hidden = !before;
  if (!before) range.value = 0;
  show();
};
range.addEventListener('input', show);
watch('value', draw);
draw();
