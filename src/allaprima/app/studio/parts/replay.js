// A film, as fast as somebody likes. value: {src}
const at = (name) => element.querySelector(name);
const [video, speed] = [at('video'), at('select')];
const pace = () => (video.playbackRate = Number(speed.value));
const draw = () => {
  const { src } = props.value || {};
  at('.replay').hidden = !src;
  if (src && video.getAttribute('src') !== src) {
    video.src = src;
    video.play().catch(() => {});
  }
  if (!src) video.removeAttribute('src');
};
video.addEventListener('play', pace);
speed.addEventListener('change', pace);
new ResizeObserver(() => element.offsetParent || video.pause()).observe(element); // where another room is shown
watch('value', draw);
draw();
