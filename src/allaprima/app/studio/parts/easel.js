// Work that grows. value: {src, alt, share, text, left, before}: `before` is shown until there is something.
const at = (name) => element.querySelector(name);
let heard = -1;
const draw = () => {
  const value = props.value || {};
  const image = at('img');
  const src = value.src || value.before;
  if (src && image.getAttribute('src') !== src) image.src = src;
  image.hidden = !src;
  image.alt = value.alt || '';
  at('.canvas').classList.toggle('before', !value.src);
  const percent = Math.round(100 * (value.share || 0));
  at('.bar i').style.width = `${100 * (value.share || 0)}%`;
  at('.bar').setAttribute('aria-valuenow', percent);
  at('.bar').setAttribute('aria-valuetext', `${percent} %, ${value.text || ''} ${value.left || ''}`);
  at('.text').textContent = value.text || '';
  at('.left').textContent = value.left || '';
  const tenth = Math.floor(percent / 10);
  if (tenth !== heard) {
    heard = tenth;
    at('.heard').textContent = value.text ? `${percent} %, ${value.text}` : '';
  }
};
watch('value', draw);
draw();
