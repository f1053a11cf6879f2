// A number on a scale of equal factors, from `low` to `high`, or none: then the look decides. value: the number, 0 for none.
const at = (name) => element.querySelector(name);
const [along, exact, reset] = [at('.along'), at('.exact'), at('.reset')];
const STEPS = Number(along.max);
const round = (value) => Number(value.toPrecision(2));
const number = (step) => (step ? round(props.low * (props.high / props.low) ** ((step - 1) / (STEPS - 1))) : 0);
const step = (value) => {
  if (!value) return 0;
  const share = Math.log(value / props.low) / Math.log(props.high / props.low);
  return Math.round(1 + (STEPS - 1) * Math.min(1, Math.max(0, share)));
};
const show = (typing) => {
  const value = Number(props.value) || 0;
  along.value = step(value);
  along.style.setProperty('--at', `${(100 * step(value)) / STEPS}%`);
  along.setAttribute('aria-valuetext', value ? `${value} ${props.unit}` : 'as the look says');
  if (!typing) exact.value = value || '';
  reset.disabled = !value;
};
const set = (value, typing) => {
  props.value = Math.min(props.high, Math.max(0, value || 0));
  show(typing);
};
along.addEventListener('input', () => set(number(Number(along.value))));
exact.addEventListener('input', () => set(Number(exact.value), true));
exact.addEventListener('change', () => show());
reset.addEventListener('click', () => {
  set(0);
  along.focus();
});
watch('value', () => show());
show();
